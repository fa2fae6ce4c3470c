"""Modularity, compactness and explicitness from normalised information."""

from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from mipae_tf.metrics.disentanglement.mi_matrix import INACTIVE
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.disentanglement.representation import Representation
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.result import absent


def infomec(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    estimator: str = "ross",
    seed: int = 0,
) -> dict:
    """InfoMEC of K. Hsu et al., arXiv 2305.18378.

    With M_ij = I(block i; factor j) / H(factor j):
    InfoModularity is the mean over the active blocks of max_j M_ij / Σ_j M_ij,
    brought from [1 / factors, 1] to [0, 1]: whether a block tells one factor.
    InfoCompactness is the mean over the factors of max_i M_ij / Σ_i M_ij over
    the active blocks, brought from [1 / active blocks, 1] to [0, 1]: whether a
    factor is told by one block.
    InfoExplicitness is the mean over the factors of what a linear classifier
    on the whole code can use of H(factor), 1 - its cross-entropy over that of
    the frequencies alone, from 0 to 1.

    Choices: a block that tells less than 5 % of every factor's entropy is
    inactive and left out of the first two, as is a factor of which all
    active blocks together tell nothing of the second. The classifier is a
    logistic regression with unit ridge on standardised codes, scored on a
    held-out quarter, and less than 0 counts as 0.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; every dimension by itself where not
        given.
      estimator: "ross" or "bins", see `mi_matrix`.
      seed: of the split.

    Returns:
      `modularity`, `compactness` and `explicitness`, of which the first two
      hold an `absent` reason where no block, or for compactness a single one,
      is active; `active`, the names of the active blocks; `factors`, for each
      its `explicitness`, or its `absent` reason; and `count`.

    Raises:
      AbsentMetric: fewer than two factors vary.
      ValueError: as for `mi_matrix`, or fewer than 16 samples.
    """
    matrix = mi_matrix(codes, factors, blocks, estimator)
    representation = matrix.representation
    representation.check_several("InfoMEC", factors=2)
    results = {n: absent(reason) for n, reason in representation.absent.items()}
    explicitness = _explicitness(representation, seed)
    for name, value in explicitness.items():
        results[name] = {"explicitness": value}
    active = matrix.normalised[matrix.active]  # [active blocks, factors]
    too_few = absent(
        f"{len(active)} of {len(matrix.active)} blocks tell {INACTIVE:.0%} of "
        "some factor's entropy."
    )
    return {
        "modularity": _concentration(active) if len(active) else too_few,
        "compactness": _concentration(active.T) if len(active) > 1 else too_few,
        "explicitness": float(np.mean(list(explicitness.values()))),
        "active": [
            name
            for name, is_active in zip(
                representation.blocks, matrix.active, strict=True
            )
            if is_active
        ],
        "factors": results,
        "count": len(representation.codes),
    }


def _concentration(information: np.ndarray) -> float:
    """Mean share of each row's largest, from 1 / columns..1 to 0..1."""
    rows = information[information.any(axis=1)]
    even = 1 / information.shape[1]
    share = np.mean(rows.max(axis=1) / rows.sum(axis=1))
    return float((share - even) / (1 - even))


@threadpool_limits.wrap(limits=1)  # as in probes
def _explicitness(
    representation: Representation, seed: int
) -> dict[str, float]:
    """What a linear classifier can use of each factor's entropy."""
    train, test = representation.held_out(seed)
    codes = standardised(representation.codes)
    usable = {}
    for name, labels in representation.factors.items():
        model = LogisticRegression(max_iter=200)
        model.fit(codes[train], labels[train])
        # A label that training lacks would cost infinitely much either way.
        known = test[np.isin(labels[test], model.classes_)]
        frequencies = np.bincount(labels[train])[model.classes_] / len(train)
        losses = [
            log_loss(labels[known], predicted, labels=model.classes_)
            for predicted in (
                model.predict_proba(codes[known]),
                np.tile(frequencies, (len(known), 1)),
            )
        ]
        usable[name] = max(0.0, float(1 - losses[0] / losses[1]))
    return usable
