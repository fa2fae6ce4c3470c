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

    The gap of a factor is the difference between its largest and its second
    largest I(block; factor), divided by H(factor). The score is the mean over
    the factors, from 0 to about 1. It is 0 if the two best blocks have the same
    information about every factor, and 1 if each factor is fully encoded by
    exactly one block. It does not show whether a block encodes several
    factors: see `modularity`.

    If two blocks tie for the largest information, the gap is 0 and the first
    block is reported as best. Inactive blocks need no special treatment.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block.
      estimator: "ross", or "bins" for single dimensions, which values in the
        literature use. See `mi_matrix`.

    Returns:
      `score`; `factors`, with the `gap` of each, the `informations` in nats
      and the names (`blocks`) of its best and second block, and its `entropy`,
      or its `absent` reason; and `count`.

    Raises:
      AbsentMetric: if there is a single block, or no factor varies.
      ValueError: as in `mi_matrix`.
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
