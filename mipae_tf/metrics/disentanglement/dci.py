"""Disentanglement, completeness and informativeness of a representation."""

from collections.abc import Mapping

import numpy as np
from scipy.special import entr

from mipae_tf.metrics.disentanglement.forests import Forests
from mipae_tf.metrics.disentanglement.forests import factor_forests
from mipae_tf.metrics.disentanglement.representation import Representation
from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)
from mipae_tf.metrics.result import absent


def dci(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    seed: int = 0,
) -> dict:
    """DCI of C. Eastwood and C. Williams, ICLR 2018, from random forests.

    R_ij is the importance of block i for predicting factor j, summed over the
    dimensions of the block. The disentanglement of a block is 1 minus the
    entropy of its importances over the factors, divided by log(factors). The
    completeness of a factor is 1 minus the entropy of its importances over the
    blocks, divided by log(blocks). Both are from 0 to 1. The overall
    disentanglement is the mean over blocks, weighted by their share of the
    total importance; the overall completeness is the mean over factors.

    Choices: since factors are discrete, informativeness is the held-out
    accuracy above chance, (accuracy - chance) / (1 - chance), at least 0;
    chance is the accuracy of the most frequent training class. The forests are
    those of `factor_forests`. Inactive blocks have almost no weight. The
    importances of a factor that cannot be predicted come from random splits
    and still sum to 1, so read completeness together with informativeness.

    Args:
      codes: `[samples, dimensions]`; the scale of a dimension does not matter.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block.
      seed: seed of the split and of the trees.

    Returns:
      `disentanglement`, `completeness` and `informativeness`, where the first
      two have an `absent` reason if no tree found a split; `blocks`, with the
      `disentanglement` and `weight` of each; `factors`, with the
      `completeness`, `accuracy`, `chance` and `informativeness` of each, or
      its `absent` reason; and `count`, the number of held-out samples.

    Raises:
      AbsentMetric: if there are fewer than two blocks or two varying factors.
      ValueError: as in `checked_representation`, or if there are fewer than 16
        samples.
    """
    representation = checked_representation(codes, factors, blocks)
    representation.check_several("DCI", blocks=2, factors=2)
    forests = factor_forests(representation, seed)
    return dci_of_forests(representation, forests)


def dci_of_forests(representation: Representation, forests: Forests) -> dict:
    """DCI from trained forests; see `dci`."""
    importances = forests.importances  # [blocks, factors]
    of_blocks = _concentrations(importances)
    of_factors = _concentrations(importances.T)
    shares = importances.sum(axis=1) / max(importances.sum(), 1e-300)
    chances, accuracies = forests.accuracies[[0, -1]]
    informativeness = np.maximum(0, (accuracies - chances) / (1 - chances))
    factors = {n: absent(r) for n, r in representation.absent.items()}
    for i, name in enumerate(representation.factors):
        factors[name] = {
            "completeness": _present(of_factors[i : i + 1]),
            "accuracy": float(accuracies[i]),
            "chance": float(chances[i]),
            "informativeness": float(informativeness[i]),
        }
    return {
        "disentanglement": _present(of_blocks, shares),
        "completeness": _present(of_factors),
        "informativeness": float(informativeness.mean()),
        "blocks": {
            name: {"disentanglement": _present(value), "weight": float(share)}
            for name, value, share in zip(
                representation.blocks,
                of_blocks[:, None],
                shares,
                strict=True,
            )
        },
        "factors": factors,
        "count": forests.count,
    }


def _concentrations(importances: np.ndarray) -> np.ndarray:
    """1 - entropy / log(columns) of each row, NaN for rows of zeros."""
    totals = importances.sum(axis=1, keepdims=True)
    parts = np.divide(
        importances,
        totals,
        where=totals > 0,
        out=np.full_like(importances, np.nan),
    )
    return 1 - entr(parts).sum(axis=1) / np.log(importances.shape[1])


def _present(
    values: np.ndarray, weights: np.ndarray | None = None
) -> float | dict:
    """The mean of values that are not NaN, or the reason why it is absent."""
    kept = ~np.isnan(values)
    if not kept.any():
        return absent("The trees found no split.")
    weights = None if weights is None else weights[kept]
    return float(np.average(values[kept], weights=weights))
