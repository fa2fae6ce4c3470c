"""Codes divided into blocks, with the labels of the factors."""

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
    """A checked representation, the input of the disentanglement scores.

    Attributes:
      codes: float64 `[samples, dimensions]`, the dimensions of the blocks in
        order.
      blocks: indices in `codes` of the dimensions of each block.
      factors: label numbers `[samples]`, counted from 0, of each usable factor.
      absent: for each other factor, the reason why it is not used.
    """

    codes: np.ndarray
    blocks: dict[str, np.ndarray]
    factors: dict[str, np.ndarray]
    absent: dict[str, str]

    def check_several(self, score: str, blocks: int = 1, factors: int = 1):
        """Raises an AbsentMetric if there are fewer than a score needs."""
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
        """Indices of the samples to train on, and of the held-out quarter.

        Raises:
          AbsentMetric: if a factor is constant in one of the two parts.
          ValueError: if there are fewer than 16 samples.
        """
        check_count("The held-out quarter of codes", len(self.codes) // 4)
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

    Factors that are constant, or whose labels all occur once, are moved to
    `absent` with the reason.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor; bin real numbers.
      blocks: dimensions of each block, as a slice or as indices. Dimensions in
        no block are dropped. If None, every dimension is a block, named by its
        index.

    Raises:
      AbsentMetric: if no factor is left.
      ValueError: if codes are not finite, there are fewer than four samples,
        shapes do not match, there is no factor, or blocks are empty, overlap
        or contain dimensions that do not exist.
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
    """Numbers the labels of each factor, or gives the reason why not.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.

    Returns:
      Label numbers `[samples]`, counted from 0, of each factor that varies and
      repeats, and the reason for each other factor.

    Raises:
      ValueError: if there is no factor, or labels have the wrong shape or are
        NaN.
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
