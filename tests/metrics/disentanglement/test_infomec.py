import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated

from mipae_tf.metrics.disentanglement.infomec import infomec
from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix

FACTORS = factor_labels(1200)
CODES = oracle_codes(FACTORS)


def one_hot(factors):
    return np.concatenate(
        [np.eye(labels.max() + 1)[labels] for labels in factors.values()], 1
    ) + 0.01 * np.random.default_rng(0).standard_normal((1200, 21))


@pytest.mark.parametrize("estimator", ["ross", "bins"])
def test_an_oracle_is_modular_and_compact(estimator):
    noise = np.random.default_rng(3).standard_normal((1200, 1))
    codes = np.concatenate([CODES, noise, np.ones((1200, 1))], axis=1)
    result = infomec(codes, FACTORS, estimator=estimator)
    assert result["active"] == ["0", "1", "2", "3"]
    assert result["modularity"] > 0.9
    assert result["compactness"] > 0.9
    values = [f["explicitness"] for f in result["factors"].values()]
    assert result["explicitness"] == pytest.approx(np.mean(values))


def test_explicitness_is_linear():
    # One number for eight places is less explicit than a number for each.
    assert infomec(one_hot(FACTORS), FACTORS)["explicitness"] > 0.9
    assert 0.3 < infomec(CODES, FACTORS)["explicitness"] < 0.9
    # The sign of a product has no linear trace.
    signs = np.random.default_rng(0).standard_normal((1200, 2))
    factors = {"a": signs[:, 0] > 0, "ab": signs[:, 0] * signs[:, 1] > 0}
    factors = infomec(signs, factors)["factors"]
    assert factors["a"]["explicitness"] > 0.8
    assert factors["ab"]["explicitness"] < 0.05


def test_explicitness_is_of_samples_that_were_held_out():
    """As many dimensions as samples fit training samples, but no others."""
    random = np.random.default_rng(0)
    codes = random.standard_normal((120, 120))
    factors = {name: random.integers(0, 2, 120) for name in "ab"}
    assert infomec(codes, factors)["explicitness"] < 0.1


def test_scores_follow_from_normalised_information():
    codes = rotated(CODES)
    matrix = mi_matrix(codes, FACTORS).normalised
    result = infomec(codes, FACTORS)
    assert len(result["active"]) == 4
    for name, axis in (("modularity", 1), ("compactness", 0)):
        share = np.mean(matrix.max(axis=axis) / matrix.sum(axis=axis))
        assert result[name] == pytest.approx((share - 1 / 4) / (1 - 1 / 4))
        assert result[name] < 0.6


def test_copies_lower_only_compactness():
    result = infomec(np.tile(CODES, 2), FACTORS)
    assert result["modularity"] > 0.9
    # Half of each factor in either copy: (1/2 - 1/8) / (1 - 1/8).
    assert result["compactness"] == pytest.approx(3 / 7, abs=0.05)


def test_blocks_are_measured_whole():
    within = np.concatenate([rotated(CODES[:, :2]), rotated(CODES[:, 2:])], 1)
    result = infomec(within, FACTORS, {"content": [0, 1], "pose": [2, 3]})
    assert result["compactness"] > 0.9
    # Two factors in each block: (1/2 - 1/4) / (1 - 1/4).
    assert result["modularity"] == pytest.approx(1 / 3, abs=0.05)
    exchanged = infomec(within, FACTORS, {"pose": [0, 1], "content": [2, 3]})
    for name in ("modularity", "compactness", "explicitness"):
        assert exchanged[name] == pytest.approx(result[name])


def test_inactive_codes_are_absent_in_part():
    constant = infomec(np.ones((1200, 3)), FACTORS)
    assert "0 of 3 blocks" in constant["modularity"]["absent"]
    assert "0 of 3 blocks" in constant["compactness"]["absent"]
    assert constant["explicitness"] == pytest.approx(0, abs=1e-4)
    one = infomec(np.where([1, 0], CODES[:, :2], 1), FACTORS)
    assert one["modularity"] > 0.9
    assert "1 of 2 blocks" in one["compactness"]["absent"]
