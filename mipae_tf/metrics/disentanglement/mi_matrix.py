"""Mutual information between every block of a code and every factor."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from sklearn.metrics import mutual_info_score

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.representation import Representation
from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)
from mipae_tf.metrics.information.entropy import grassberger_entropy
from mipae_tf.metrics.information.entropy import plugin_entropy
from mipae_tf.metrics.information.ross_mi import ross_mutual_informations
from mipae_tf.metrics.information.ties import break_ties

ESTIMATORS = ("ross", "bins")
BINS = 20
# Blocks with less than this share of every factor's entropy are inactive: on
# 5,000 samples, noise alone can give 0.02 of a small entropy.
MIN_ACTIVE_SHARE = 0.05


@dataclasses.dataclass(frozen=True)
class InformationMatrix:
    """Information between each block and each factor.

    Attributes:
      representation: the checked codes, blocks and factors.
      information: I(block; factor) in nats, `[blocks, factors]`.
      entropy: H(factor) in nats, `[factors]`.
    """

    representation: Representation
    information: np.ndarray
    entropy: np.ndarray

    @property
    def normalised(self) -> np.ndarray:
        """I(block; factor) / H(factor), `[blocks, factors]`, 0 to about 1."""
        return self.information / self.entropy

    @property
    def active(self) -> np.ndarray:
        """Blocks with at least 5 % of a factor's entropy, bool `[blocks]`."""
        return self.normalised.max(axis=1) >= MIN_ACTIVE_SHARE

    def check_active(self):
        """Raises an AbsentMetric if no block is active."""
        if not self.active.any():
            raise AbsentMetric(
                f"Each of the {len(self.active)} blocks has less than "
                f"{MIN_ACTIVE_SHARE:.0%} of every factor's entropy."
            )


def mi_matrix(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    estimator: str = "ross",
) -> InformationMatrix:
    """Estimates I(block; factor) and H(factor) in nats.

    Each estimator of information has its own estimator of entropy:

    "ross": `ross_mutual_information` with k = 3, for blocks of any size, and
      `grassberger_entropy`. All dimensions of a block should have a similar
      scale. `break_ties` is applied first, for codes with many exact copies.
    "bins": each block is one dimension, divided into 20 bins of equal width
      from its smallest to its largest value; information and entropy are those
      of the observed frequencies. This is the protocol of F. Locatello et al.,
      arXiv 1811.12359, for the MIG of R. T. Q. Chen et al., arXiv 1802.04942.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block.
        See `checked_representation`.
      estimator: "ross" or "bins".

    Raises:
      AbsentMetric: if no factor varies.
      ValueError: if the estimator is unknown, a block for "bins" has several
        dimensions, or as in `checked_representation`.
    """
    if estimator not in ESTIMATORS:
        raise ValueError(
            f"estimator must be one of {ESTIMATORS}, got {estimator!r}."
        )
    representation = checked_representation(codes, factors, blocks)
    labelings = list(representation.factors.values())
    parts = [
        representation.codes[:, indices]
        for indices in representation.blocks.values()
    ]
    if estimator == "ross":
        entropy = grassberger_entropy
        rows = [
            ross_mutual_informations(break_ties(part), labelings)
            for part in parts
        ]
    else:
        entropy = plugin_entropy
        rows = [
            [mutual_info_score(labels, bins) for labels in labelings]
            for bins in map(_binned, parts, representation.blocks)
        ]
    return InformationMatrix(
        representation,
        np.array(rows),
        np.array([entropy(labels) for labels in labelings]),
    )


def _binned(codes: np.ndarray, block: str) -> np.ndarray:
    """Bin numbers `[samples]` of a one-dimensional block."""
    if codes.shape[1] > 1:
        raise ValueError(
            "The estimator 'bins' needs blocks of one dimension, got block "
            f"{block!r} of {codes.shape[1]}; use 'ross'."
        )
    inner = np.linspace(codes.min(), codes.max(), BINS + 1)[1:-1]
    return np.digitize(codes[:, 0], inner)
