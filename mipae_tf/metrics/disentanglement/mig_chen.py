"""The mutual information gap between the two best blocks of each factor."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.result import absent


def mig_chen(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    estimator: str = "ross",
) -> dict:
    """Mutual information gap of R. T. Q. Chen et al., arXiv 1802.04942.

    The gap of a factor is that between its largest and its second largest
    I(block; factor), divided by H(factor); the score is the mean over the
    factors, from 0 to about 1. It is 0 where two blocks tell the same of every
    factor, and 1 where each factor is told fully by one block alone. It does
    not see whether one block tells several factors: see `modularity`.

    Where two blocks tie for the largest information, the gap is 0 and the
    first of them is named. Inactive blocks need no treatment of their own.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; every dimension by itself where not
        given.
      estimator: "ross", or "bins" for single dimensions, as figures in the
        literature have it. See `mi_matrix`.

    Returns:
      `score`; `factors`, for each its `gap`, the best and second blocks'
      `informations` in nats, their names in `blocks`, and `entropy`, or its
      `absent` reason; and `count`.

    Raises:
      AbsentMetric: a single block, or no factor that varies.
      ValueError: as for `mi_matrix`.
    """
    matrix = mi_matrix(codes, factors, blocks, estimator)
    representation = matrix.representation
    representation.check_several("MIG", blocks=2)
    names = list(representation.blocks)
    results = {n: absent(reason) for n, reason in representation.absent.items()}
    gaps = []
    for name, information, entropy in zip(
        representation.factors,
        matrix.information.T,
        matrix.entropy,
        strict=True,
    ):
        best, second = np.argsort(-information, kind="stable")[:2]
        gaps.append((information[best] - information[second]) / entropy)
        results[name] = {
            "gap": float(gaps[-1]),
            "informations": information[[best, second]].tolist(),
            "blocks": [names[best], names[second]],
            "entropy": float(entropy),
        }
    return {
        "score": float(np.mean(gaps)),
        "factors": results,
        "count": len(representation.codes),
    }
