"""Separated attribute predictability (SAP)."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.result import absent

# Added to the within-class variance, relative to the total variance. Keeps the
# classifier defined if codes are constant within a class.
RIDGE = 1e-4


def sap(
    codes: np.ndarray,
    factors: Mapping[str, np.ndarray],
    blocks: Mapping[str, slice | np.ndarray] | None = None,
    seed: int = 0,
) -> dict:
    """SAP of A. Kumar et al., arXiv 1711.00848, for dimensions or blocks.

    Each factor is predicted from each block separately. Its gap is the
    difference between the accuracies of the best and the second-best block, and
    the score is the mean gap. It is between 0 and 1 - 1 / labels: 0 if two
    blocks predict equally well, and never 1, because a block without
    information still predicts at chance level.

    Choices: factors are discrete, so the score is the accuracy of a linear
    classifier on a held-out quarter. Instead of the support vector machine of
    the paper, it is linear discriminant analysis, which has a closed form and
    handles thousands of pairs of dimension and factor in seconds. If two blocks
    tie for the best, the gap is 0 and the first block is reported as best.
    Inactive blocks predict the most frequent class.

    Args:
      codes: `[samples, dimensions]`.
      factors: discrete labels `[samples]` of each factor.
      blocks: dimensions of each block; if None, every dimension is a block.
      seed: seed of the split.

    Returns:
      `score`; `factors`, with the `gap` of each, and the `accuracies` and names
      (`blocks`) of its best and second block, or its `absent` reason; and
      `count`, the number of held-out samples.

    Raises:
      AbsentMetric: if there is a single block, or no factor varies.
      ValueError: as in `checked_representation`, or if there are fewer than 16
        samples.
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
    """Accuracy of linear discriminant analysis with the training priors."""
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
