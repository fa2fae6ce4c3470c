"""DCI with explicitness and size of a representation."""

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

    Beside `dci`, explicitness and size. The explicitness of a factor follows
    from its loss-capacity curve, the least loss of predictors up to each
    capacity: 1 minus the area between that curve and its least loss, in units
    of the same area under a straight line from the loss without capacity to
    the least loss. It is 1 where the least predictor already reads all that
    can be read, 0 where the loss falls evenly, and below 0, at least -1, where
    it falls late. Size is factors / dimensions: the larger, the more compact.

    Choices: predictors are the forests of `factor_forests`, which also give
    DCI, cut off at each depth; capacity is the depth, from 0 (the most
    frequent class) to 20, in 20ths; the loss is the share of errors on held-out
    samples. A factor of many values needs depth even where its code is
    perfect, so compare explicitness between codes, not between factors.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; every dimension by itself where not
        given.
      seed: of the split and of the trees.

    Returns:
      What `dci` returns, and `explicitness`, their mean over the factors;
      `size`; and in each of `factors` its `explicitness`. Explicitness holds an
      `absent` reason where no depth predicts better than chance.

    Raises:
      AbsentMetric: fewer than two blocks, or than two factors that vary.
      ValueError: as for `dci`.
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
