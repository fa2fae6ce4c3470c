"""Modularity, compactness and explicitness from normalised information."""

from collections.abc import Mapping

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss
from threadpoolctl import threadpool_limits

from mipae_tf.metrics.disentanglement.mi_matrix import MIN_ACTIVE_SHARE
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
    rescaled from [1 / factors, 1] to [0, 1]: whether each block encodes a
    single factor.
    InfoCompactness is the mean over the factors of max_i M_ij / Σ_i M_ij over
    the active blocks, rescaled from [1 / active blocks, 1] to [0, 1]: whether
    each factor is encoded by a single block.
    InfoExplicitness is the mean over the factors of the share of H(factor) that
    a linear classifier on the whole code can use: 1 minus its cross-entropy
    divided by that of the class frequencies, from 0 to 1.

    Choices: a block with less than 5 % of every factor's entropy is inactive
    and excluded from the first two scores. A factor about which the active
    blocks have no information is excluded from the second. The classifier is a
    logistic regression with unit L2 penalty on standardised codes, scored on a
    held-out quarter; values below 0 count as 0.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block.
      estimator: "ross" or "bins", see `mi_matrix`.
      seed: seed of the split.

    Returns:
      `modularity`, `compactness` and `explicitness`, where modularity has an
      `absent` reason if no block is active, and compactness if fewer than two
      are; `active`, the names of the active blocks; `factors`, with the
      `explicitness` of each, or its `absent` reason; and `count`.

    Raises:
      AbsentMetric: if fewer than two factors vary.
      ValueError: as in `mi_matrix`, or if there are fewer than 16 samples.
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
        f"Only {len(active)} of {len(matrix.active)} blocks have at least "
        f"{MIN_ACTIVE_SHARE:.0%} of some factor's entropy."
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
    """Mean share of the largest value per row, rescaled to [0, 1]."""
    rows = information[information.any(axis=1)]
    even = 1 / information.shape[1]
    share = np.mean(rows.max(axis=1) / rows.sum(axis=1))
    return float((share - even) / (1 - even))


@threadpool_limits.wrap(limits=1)  # as in probes
def _explicitness(
    representation: Representation, seed: int
) -> dict[str, float]:
    """Share of each factor's entropy that a linear classifier can use."""
    train, test = representation.held_out(seed)
    codes = standardised(representation.codes)
    usable = {}
    for name, labels in representation.factors.items():
        model = LogisticRegression(max_iter=200)
        model.fit(codes[train], labels[train])
        # Labels unseen in training would give an infinite loss in both cases.
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
