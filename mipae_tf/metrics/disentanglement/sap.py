"""Separated attribute predictability: the gap between the best predictors."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.result import absent

# Added to the variance within classes, in units of the whole variance: keeps
# the classifier defined on codes that are the same throughout a class.
RIDGE = 1e-4


def sap(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    seed: int = 0,
) -> dict:
    """SAP of A. Kumar et al., arXiv 1711.00848, for dimensions or blocks.

    Each factor is predicted from each block alone; its gap is that between the
    accuracies of the best and the second-best block, and the score is the mean
    gap. It lies between 0 and 1 - 1 / labels: 0 where two blocks predict alike,
    and never 1, since a block that tells nothing still predicts by chance.

    Choices: factors are discrete, so the score is the accuracy, on a held-out
    quarter, of a linear classifier; here linear discriminant analysis, which
    unlike the paper's support vector machine has a closed form, and takes
    thousands of pairs of dimension and factor in seconds. Where two blocks tie
    for the best, the gap is 0 and the first of them is named. Inactive blocks
    predict the most frequent class.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; every dimension by itself where not
        given.
      seed: of the split.

    Returns:
      `score`; `factors`, for each its `gap`, the best and second blocks'
      `accuracies` and their names in `blocks`, or its `absent` reason; and
      `count`, the held-out samples.

    Raises:
      AbsentMetric: a single block, or no factor that varies.
      ValueError: as for `checked_representation`, or fewer than 16 samples.
    """
    representation = checked_representation(codes, factors, blocks)
    representation.check_several("SAP", blocks=2)
    train, test = representation.held_out(seed)
    codes = standardised(representation.codes)
    names = list(representation.blocks)
    results = {n: absent(reason) for n, reason in representation.absent.items()}
    gaps = []
    for name, labels in representation.factors.items():
        accuracies = np.array(
            [
                _accuracy(codes[:, indices], labels, train, test)
                for indices in representation.blocks.values()
            ]
        )
        best, second = np.argsort(-accuracies, kind="stable")[:2]
        gaps.append(accuracies[best] - accuracies[second])
        results[name] = {
            "gap": float(gaps[-1]),
            "accuracies": accuracies[[best, second]].tolist(),
            "blocks": [names[best], names[second]],
        }
    return {
        "score": float(np.mean(gaps)),
        "factors": results,
        "count": len(test),
    }


def _accuracy(
    codes: np.ndarray, labels: np.ndarray, train: np.ndarray, test: np.ndarray
) -> float:
    """Of linear discriminant analysis, with priors as in training."""
    classes, ids, counts = np.unique(
        labels[train], return_inverse=True, return_counts=True
    )
    x = codes[train]
    sums = np.zeros((len(classes), x.shape[1]))
    np.add.at(sums, ids, x)
    means = sums / counts[:, None]  # [classes, dimensions]
    within = x - means[ids]
    covariance = within.T @ within / len(x) + RIDGE * np.eye(x.shape[1])
    weights = np.linalg.solve(covariance, means.T)  # [dimensions, classes]
    offsets = np.log(counts / counts.sum()) - (means.T * weights).sum(0) / 2
    predicted = classes[(codes[test] @ weights + offsets).argmax(axis=1)]
    return float(np.mean(predicted == labels[test]))
