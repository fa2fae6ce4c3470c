import numpy as np
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated
from sklearn.ensemble import ExtraTreesClassifier

from mipae_tf.metrics.disentanglement import forests
from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)

FACTORS = factor_labels(600)
CODES = rotated(oracle_codes(FACTORS))


def test_a_forest_cut_off_is_a_shallower_forest():
    representation = checked_representation(CODES, FACTORS)
    train, test = representation.held_out(0)
    found = forests.factor_forests(representation, seed=0)
    assert found.accuracies.shape == (forests.MAX_DEPTH + 1, 4)
    labels = FACTORS["x"]
    whole = ExtraTreesClassifier(
        forests.NUM_TREES,
        max_depth=forests.MAX_DEPTH,
        max_features=None,
        min_samples_leaf=forests.MIN_LEAF_SHARE,
        random_state=0,
    ).fit(CODES[train], labels[train])
    assert found.accuracies[-1, 2] == whole.score(CODES[test], labels[test])
    np.testing.assert_allclose(
        found.importances[:, 2], whole.feature_importances_
    )
    shallow = [
        whole.set_params(max_depth=3, random_state=seed)
        .fit(CODES[train], labels[train])
        .score(CODES[test], labels[test])
        for seed in range(5)
    ]
    assert abs(found.accuracies[3, 2] - np.mean(shallow)) < 0.15
    commonest = np.bincount(labels[train]).argmax()
    assert found.accuracies[0, 2] == np.mean(labels[test] == commonest)
