"""Whether each block of a code tells a single factor."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.disentanglement.mi_matrix import INACTIVE
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.result import absent


def modularity(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    estimator: str = "ross",
) -> dict:
    """Modularity of K. Ridgeway and M. Mozer, arXiv 1802.05312, section 3.

    With m_f = I(block; f) in nats and θ its largest over the F factors, a
    block's modularity is 1 - Σ m_f² / ((F - 1) θ²), the sum over all factors
    but the block's best: 1 where it tells one factor alone, 0 where it tells
    all equally. The score is the mean over the blocks. It does not see whether
    several blocks tell the same factor, nor how well any is told.

    Choices: a block that tells less than 5 % of every factor's entropy is
    inactive and left out, since the ratio of two estimates of nothing is
    chance; the paper does not say. A tie for the best factor changes nothing.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; every dimension by itself where not
        given. A block that should hold several factors, such as content,
        cannot score high.
      estimator: "ross" or "bins", see `mi_matrix`.

    Returns:
      `score`; `blocks`, for each its `modularity` and best `factor`, or its
      `absent` reason; `factors`, the absent ones' reasons; and `count`.

    Raises:
      AbsentMetric: fewer than two factors vary, or no block is active.
      ValueError: as for `mi_matrix`.
    """
    matrix = mi_matrix(codes, factors, blocks, estimator)
    representation = matrix.representation
    representation.check_several("Modularity", factors=2)
    matrix.check_active()
    names = list(representation.factors)
    results = {}
    for block, information, active in zip(
        representation.blocks, matrix.information, matrix.active, strict=True
    ):
        if not active:
            results[block] = absent(
                f"It tells less than {INACTIVE:.0%} of every factor's entropy."
            )
            continue
        squares = np.square(information / information.max())
        results[block] = {
            "modularity": float(1 - (squares.sum() - 1) / (len(names) - 1)),
            "factor": names[information.argmax()],
        }
    return {
        "score": float(
            np.mean(
                [r["modularity"] for r in results.values() if "factor" in r]
            )
        ),
        "blocks": results,
        "factors": {n: absent(r) for n, r in representation.absent.items()},
        "count": len(representation.codes),
    }
