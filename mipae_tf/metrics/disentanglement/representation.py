"""Codes made of blocks, beside labels of the factors they may carry."""

import dataclasses
from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.checks import check_count
from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.checks import label_ids


@dataclasses.dataclass(frozen=True)
class Representation:
    """A checked representation, as the scores of disentanglement take it.

    Attributes:
      codes: float64 `[samples, dimensions]`, those of the blocks, in order.
      blocks: for each block the indices of its dimensions in `codes`.
      factors: for each factor that has a value, numbers `[samples]` of its
        labels, from zero.
      absent: for each other factor, why.
    """

    codes: np.ndarray
    blocks: dict[str, np.ndarray]
    factors: dict[str, np.ndarray]
    absent: dict[str, str]

    def check_several(self, score: str, blocks: int = 1, factors: int = 1):
        """Raises an AbsentMetric where there are fewer than a score needs."""
        if len(self.blocks) < blocks:
            raise AbsentMetric(
                f"{score} compares blocks and needs at least {blocks}, got "
                f"{len(self.blocks)}."
            )
        if len(self.factors) < factors:
            raise AbsentMetric(
                f"{score} compares factors and needs at least {factors} that "
                f"vary, got {len(self.factors)}."
            )

    def held_out(self, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Indices of samples to train on, and of the quarter to score on.

        Raises:
          AbsentMetric: a factor is constant in one of the two.
          ValueError: fewer than 16 samples.
        """
        check_count("The quarter of codes to score on", len(self.codes) // 4)
        order = np.random.default_rng(seed).permutation(len(self.codes))
        test, train = np.split(order, [len(order) // 4])
        for name, labels in self.factors.items():
            for part, chosen in (("train", train), ("score", test)):
                if len(set(labels[chosen])) == 1:
                    raise AbsentMetric(
                        f"factor {name!r} is constant over the {len(chosen)} "
                        f"samples to {part} on."
                    )
        return train, test


def checked_representation(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
) -> Representation:
    """Checks codes, factors and blocks.

    Factors that are constant, or whose labels all occur once, are set aside
    with the reason.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor; bin real numbers.
      blocks: dimensions of each block, as a slice or as indices. Dimensions in
        no block are left out. Where not given, every dimension is a block,
        named by its index.

    Raises:
      AbsentMetric: no factor is left.
      ValueError: codes that are not finite, fewer than four samples, shapes
        that do not match, no factor, or blocks that are empty, share a
        dimension or reach beyond the codes.
    """
    codes = checked_codes("codes", codes)
    present, absent = checked_factors(codes, factors)
    if not present:
        raise AbsentMetric(" ".join(absent.values()))
    if blocks is None:
        blocks = {str(i): [i] for i in range(codes.shape[1])}
    chosen = _checked_blocks(blocks, codes.shape[1])
    ends = np.cumsum([len(indices) for indices in chosen.values()])
    return Representation(
        codes[:, np.concatenate(list(chosen.values()))],
        {
            name: np.arange(end - len(indices), end)
            for (name, indices), end in zip(chosen.items(), ends, strict=True)
        },
        present,
        absent,
    )


def checked_factors(
    codes: np.ndarray, factors: Mapping[str, np.ndarray]
) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Numbers the labels of each factor, or says why it has no value.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.

    Returns:
      Label numbers `[samples]` from zero of each factor that varies and
      repeats, and for each other factor the reason.

    Raises:
      ValueError: no factor, labels of another shape, or NaN.
    """
    if not factors:
        raise ValueError("factors must hold at least one factor, got none.")
    present, absent = {}, {}
    for name, labels in factors.items():
        title = f"factor {name!r}"
        labels = np.asarray(labels)
        if labels.ndim != 1:
            raise ValueError(
                f"{title} must be labels [samples], got shape {labels.shape}."
            )
        check_same_count(codes=codes, **{title: labels})
        labels = label_ids(title, labels)
        distinct = labels.max() + 1
        if distinct == 1:
            absent[name] = (
                f"{title} is constant over all {len(labels)} samples."
            )
        elif distinct == len(labels):
            absent[name] = f"{title} has {distinct} labels that all occur once."
        else:
            present[name] = labels
    return present, absent


def _checked_blocks(
    blocks: Mapping[str, slice | np.ndarray], dimensions: int
) -> dict[str, np.ndarray]:
    chosen = {}
    for name, block in blocks.items():
        if isinstance(block, slice):
            block = np.arange(dimensions)[block]
        block = np.asarray(block)
        if block.ndim != 1 or not block.size or block.dtype.kind not in "iu":
            raise ValueError(
                f"block {name!r} must be a slice or indices of at least one "
                f"dimension, got {block.dtype} of shape {block.shape}."
            )
        if block.min() < 0 or block.max() >= dimensions:
            raise ValueError(
                f"block {name!r} must lie within the {dimensions} dimensions "
                f"of codes, got {block.min()} to {block.max()}."
            )
        chosen[name] = block
    if not chosen:
        raise ValueError("blocks must hold at least one block, got none.")
    dimension, uses = np.unique(
        np.concatenate(list(chosen.values())), return_counts=True
    )
    if uses.max() > 1:
        raise ValueError(
            "blocks must not share dimensions, got dimension "
            f"{dimension[uses.argmax()]} {uses.max()} times."
        )
    return chosen
