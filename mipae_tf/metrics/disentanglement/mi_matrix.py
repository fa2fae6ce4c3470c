"""Mutual information of every block of a code with every factor."""

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
from mipae_tf.metrics.information.ties import separated

ESTIMATORS = ("ross", "bins")
BINS = 20
# Blocks with less than this part of every factor's entropy count as inactive:
# noise alone can read as 0.02 of a small entropy on 5,000 samples.
INACTIVE = 0.05


@dataclasses.dataclass(frozen=True)
class InformationMatrix:
    """What each block tells of each factor.

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
        """Which blocks tell at least 5 % of some factor, `[blocks]`, bool."""
        return self.normalised.max(axis=1) >= INACTIVE

    def check_active(self):
        """Raises an AbsentMetric where no block is active."""
        if not self.active.any():
            raise AbsentMetric(
                f"Each of the {len(self.active)} blocks tells less than "
                f"{INACTIVE:.0%} of every factor's entropy."
            )


def mi_matrix(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    estimator: str = "ross",
) -> InformationMatrix:
    """Estimates I(block; factor) and H(factor) in nats.

    Estimators of information, with the entropy that goes with each:
    "ross": `ross_mutual_information` with k = 3, for blocks of any size, and
      `grassberger_entropy`. Codes of several dimensions should be on one
      scale. Codes with many exact copies, such as rounded or saturated ones
      or labels, are told apart by `separated` first.
    "bins": each block is one dimension, cut into 20 bins of equal width from
      its smallest to its largest value; information and entropy are those of
      the observed frequencies. The protocol of F. Locatello et al., arXiv
      1811.12359, for the MIG of R. T. Q. Chen et al., arXiv 1802.04942.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; every dimension by itself where not
        given. See `checked_representation`.
      estimator: "ross" or "bins".

    Raises:
      AbsentMetric: no factor varies.
      ValueError: another estimator, blocks of several dimensions for "bins",
        or as for `checked_representation`.
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
            ross_mutual_informations(separated(part), labelings)
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
    """Bin numbers `[samples]` of a block of one dimension."""
    if codes.shape[1] > 1:
        raise ValueError(
            "The estimator 'bins' takes blocks of one dimension, got block "
            f"{block!r} of {codes.shape[1]}; use 'ross'."
        )
    inner = np.linspace(codes.min(), codes.max(), BINS + 1)[1:-1]
    return np.digitize(codes[:, 0], inner)
