import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.disentanglement.modularity import modularity

FACTORS = factor_labels(1500)
CODES = oracle_codes(FACTORS)


@pytest.mark.parametrize("estimator", ["ross", "bins"])
def test_duplicated_oracle_blocks_score_one(estimator):
    # Copies still encode single factors, so modularity is unchanged.
    for codes in (CODES, np.tile(CODES, 2)):
        result = modularity(codes, FACTORS, estimator=estimator)
        assert result["score"] == pytest.approx(1, abs=0.01)
        assert result["blocks"]["2"]["factor"] == "x"


def test_score_is_as_published():
    codes = rotated(CODES)
    information = mi_matrix(codes, FACTORS).information
    expected = []
    for row in information:
        template = np.where(row == row.max(), row, 0)
        deviation = np.sum((row - template) ** 2) / (row.max() ** 2 * 3)
        expected.append(1 - deviation)
    result = modularity(codes, FACTORS)
    assert result["score"] == pytest.approx(np.mean(expected))
    assert result["score"] < 0.95


def test_a_block_that_encodes_two_factors_equally_scores_half():
    labels = np.random.default_rng(0).integers(4, size=(2, 1500))
    factors = {"a": labels[0], "b": labels[1], "c": labels[0] * 0}
    codes = oracle_codes({"a": labels[0], "b": labels[1]})
    noise = np.random.default_rng(1).standard_normal((1500, 1))
    third = {"third": np.random.default_rng(2).integers(4, size=1500)}
    result = modularity(
        np.concatenate([codes, noise], axis=1),
        factors | third,
        {"both": [0, 1], "noise": [2]},
    )
    assert result["score"] == pytest.approx(0.5, abs=0.03)
    assert "less than 5%" in result["blocks"]["noise"]["absent"]


def test_swapped_blocks_change_only_names():
    one = modularity(CODES, FACTORS, {"a": [0], "b": [1, 2]})
    other = modularity(CODES, FACTORS, {"a": [1, 2], "b": [0]})
    assert one["score"] == pytest.approx(other["score"])
    assert one["blocks"]["a"] == other["blocks"]["b"]


def test_inactive_codes_are_absent():
    noise = np.random.default_rng(3).standard_normal((1500, 4))
    for codes in (np.ones((1500, 4)), noise):
        with pytest.raises(AbsentMetric, match="Each of the 4 blocks"):
            modularity(codes, FACTORS)
