import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from mipae_tf.metrics.disentanglement.representation import (
    checked_representation,
)
from mipae_tf.metrics.disentanglement.sap import sap

FACTORS = factor_labels(1200)
CODES = oracle_codes(FACTORS)
EXACT = np.stack(list(FACTORS.values()), axis=1)


@pytest.mark.parametrize("codes", [CODES, EXACT, 1e6 * CODES - 5e8])
def test_an_oracle_reaches_the_largest_gap(codes):
    result = sap(codes, FACTORS)
    for name, values in (("shape", 3), ("size", 4), ("x", 8), ("y", 6)):
        factor = result["factors"][name]
        assert factor["accuracies"][0] > 0.99
        assert factor["gap"] == pytest.approx(1 - 1 / values, abs=0.1)
    gaps = [factor["gap"] for factor in result["factors"].values()]
    assert result["score"] == pytest.approx(np.mean(gaps))
    assert result["count"] == 300


def test_agrees_with_scikit_learn():
    codes = rotated(CODES) + 0.3 * np.random.default_rng(2).standard_normal(
        CODES.shape
    )
    train, test = checked_representation(codes, FACTORS).held_out(0)
    blocks = {"a": [0, 1], "b": [2], "c": [3]}
    result = sap(codes, FACTORS, blocks)
    for name, labels in FACTORS.items():
        scores = [
            LinearDiscriminantAnalysis()
            .fit(codes[train][:, block], labels[train])
            .score(codes[test][:, block], labels[test])
            for block in blocks.values()
        ]
        best, second = sorted(scores, reverse=True)[:2]
        assert result["factors"][name]["accuracies"] == pytest.approx(
            [best, second], abs=0.01
        )


def test_duplicated_and_constant_codes_have_no_gap():
    twice = sap(np.tile(CODES, 2), FACTORS)
    assert twice["score"] == 0
    assert twice["factors"]["y"]["blocks"] == ["3", "7"]
    constant = sap(np.ones((1200, 3)), FACTORS)
    assert constant["score"] == 0
    assert constant["factors"]["x"]["accuracies"][0] < 0.2


def test_rotation_mixes_dimensions_but_not_a_block_within():
    assert sap(rotated(CODES), FACTORS)["score"] < 0.25
    within = np.concatenate([rotated(CODES[:, :2]), rotated(CODES[:, 2:])], 1)
    blocks = {"content": [0, 1], "pose": [2, 3]}
    result = sap(within, FACTORS, blocks)
    assert result["score"] > 0.5
    assert result["factors"]["x"]["blocks"] == ["pose", "content"]
    exchanged = sap(within, FACTORS, {"pose": [0, 1], "content": [2, 3]})
    assert exchanged["score"] == result["score"]
    assert exchanged["factors"]["x"]["blocks"] == ["content", "pose"]
