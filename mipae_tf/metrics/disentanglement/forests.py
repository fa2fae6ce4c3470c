"""Random forests that predict factors from codes, for DCI and DCI-ES."""

import dataclasses

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier

from mipae_tf.metrics.disentanglement.representation import Representation
from mipae_tf.metrics.disentanglement.scalings import standardised

TREES = 50
# Deeper trees would read almost nothing more from 5,000 samples.
DEPTH = 20
# Smaller leaves split on noise, which then takes part of the importance.
LEAF = 0.005


@dataclasses.dataclass(frozen=True)
class Forests:
    """What forests, one for each factor, make of a representation.

    Attributes:
      importances: impurity decrease by splits on a block's dimensions,
        `[blocks, factors]`. Each factor's sum to 1, or are all 0 where its
        trees found nothing to split.
      accuracies: held-out accuracy of the forests cut off at each depth from
        0, which is the class most frequent in training, `[depths, factors]`.
      count: held-out samples.
    """

    importances: np.ndarray
    accuracies: np.ndarray
    count: int


def factor_forests(representation: Representation, seed: int) -> Forests:
    """Grows the forests on three quarters of the samples.

    Extremely randomised trees over all dimensions: their importances favour no
    dimension of many values and share evenly between copies, and they grow ten
    times as fast as trees with optimal thresholds. They compare in float32, so
    the codes are standardised first.

    Args:
      representation: checked codes, blocks and factors.
      seed: of the split and of the trees.
    """
    train, test = representation.held_out(seed)
    codes = standardised(representation.codes)
    importances, accuracies = [], []
    for labels in representation.factors.values():
        forest = ExtraTreesClassifier(
            TREES,
            max_depth=DEPTH,
            max_features=None,
            min_samples_leaf=LEAF,
            random_state=seed,
        ).fit(codes[train], labels[train])
        importances.append(
            [
                forest.feature_importances_[indices].sum()
                for indices in representation.blocks.values()
            ]
        )
        accuracies.append(_accuracies(forest, codes[test], labels[test]))
    return Forests(np.array(importances).T, np.array(accuracies).T, len(test))


def _accuracies(
    forest: ExtraTreesClassifier, codes: np.ndarray, labels: np.ndarray
) -> list[float]:
    """Accuracy of the forest with its trees cut off at depth 0..DEPTH."""
    codes = codes.astype(np.float32)  # as the trees compare them
    trees = [tree.tree_ for tree in forest.estimators_]
    nodes = np.zeros((len(trees), len(codes)), np.int64)
    accuracies = []
    for _ in range(DEPTH + 1):
        votes = sum(t.value[n, 0] for t, n in zip(trees, nodes, strict=True))
        # votes.shape = [samples, classes]
        predicted = forest.classes_[votes.argmax(axis=1)]
        accuracies.append(float(np.mean(predicted == labels)))
        nodes = np.stack(
            [_children(t, n, codes) for t, n in zip(trees, nodes, strict=True)]
        )  # [trees, samples]
    return accuracies


def _children(tree, nodes: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """The node below each of the given ones, or the same if it is a leaf."""
    values = codes[np.arange(len(codes)), tree.feature[nodes]]
    children = np.where(
        values <= tree.threshold[nodes],
        tree.children_left[nodes],
        tree.children_right[nodes],
    )
    return np.where(children < 0, nodes, children)
