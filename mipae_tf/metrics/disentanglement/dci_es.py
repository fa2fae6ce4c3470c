"""DCI with the explicitness and the size of a representation."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.disentanglement.dci import dci_of_forests
from mipae_tf.metrics.disentanglement.forests import factor_forests
from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)
from mipae_tf.metrics.result import absent


def dci_es(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    seed: int = 0,
) -> dict:
    """DCI-ES of C. Eastwood et al., ICLR 2023, arXiv 2210.00364.

    Adds explicitness and size to `dci`. The explicitness of a factor is
    computed from its loss-capacity curve, the lowest loss of predictors up to
    each capacity. It is 1 minus the area between the curve and its minimum,
    relative to the same area for a straight line from the loss at capacity 0 to
    the minimum. It is 1 if the smallest predictor already reaches the minimum,
    0 if the loss decreases evenly, and below 0 (at least -1) if it decreases
    late. Size is factors / dimensions: larger values are more compact.

    Choices: the predictors are the forests of `factor_forests`, which also give
    DCI, truncated at each depth. The capacity is the depth, from 0 (the most
    frequent class) to 20, divided by 20. The loss is the error rate on held-out
    samples. A factor with many values needs deep trees even if its code is
    perfect, so compare explicitness between codes, not between factors.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block.
      seed: seed of the split and of the trees.

    Returns:
      The result of `dci`, with `explicitness`, the mean over the factors;
      `size`; and the `explicitness` of each factor in `factors`. Explicitness
      has an `absent` reason if no depth predicts better than chance.

    Raises:
      AbsentMetric: if there are fewer than two blocks or two varying factors.
      ValueError: as in `dci`.
    """
    representation = checked_representation(codes, factors, blocks)
    representation.check_several("DCI-ES", blocks=2, factors=2)
    forests = factor_forests(representation, seed)
    result = dci_of_forests(representation, forests)
    nothing = absent("No forest predicts better than chance.")
    found = []
    for name, losses in zip(
        representation.factors, 1 - forests.accuracies.T, strict=True
    ):
        value = nothing
        if losses.min() < losses[0]:
            value = explicitness(losses)
            found.append(value)
        result["factors"][name]["explicitness"] = value
    result["explicitness"] = float(np.mean(found)) if found else nothing
    result["size"] = len(representation.factors) / representation.codes.shape[1]
    return result


def explicitness(losses: np.ndarray) -> float:
    """Explicitness from losses at evenly spaced capacities `[capacities]`."""
    losses = np.minimum.accumulate(losses)
    heights = (losses - losses[-1]) / (losses[0] - losses[-1])
    return float(1 - 2 * np.trapezoid(heights, dx=1 / (len(losses) - 1)))
