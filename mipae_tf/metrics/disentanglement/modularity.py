"""Whether each block of a code encodes a single factor."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.disentanglement.mi_matrix import MIN_ACTIVE_SHARE
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.result import absent


def modularity(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    estimator: str = "ross",
) -> dict:
    """Modularity of K. Ridgeway and M. Mozer, arXiv 1802.05312, section 3.

    With m_f = I(block; f) in nats and θ the largest m_f over the F factors, the
    modularity of a block is 1 - Σ m_f² / ((F - 1) θ²), where the sum is over
    all factors except the best one. It is 1 if the block encodes one factor
    only, and 0 if it encodes all equally. The score is the mean over the
    blocks. It does not show whether several blocks encode the same factor, or
    how well a factor is encoded.

    Choices: a block with less than 5 % of every factor's entropy is inactive
    and excluded, because the ratio of two estimates near zero is random; the
    paper does not specify this. A tie for the best factor has no effect.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block. A
        block that encodes several factors by design, such as content, cannot
        score high.
      estimator: "ross" or "bins", see `mi_matrix`.

    Returns:
      `score`; `blocks`, with the `modularity` and best `factor` of each, or
      its `absent` reason; `factors`, the reasons of absent factors; and
      `count`.

    Raises:
      AbsentMetric: if fewer than two factors vary, or no block is active.
      ValueError: as in `mi_matrix`.
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
                f"The block has less than {MIN_ACTIVE_SHARE:.0%} of every "
                "factor's entropy."
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
