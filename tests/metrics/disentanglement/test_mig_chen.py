import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated

from mipae_tf.metrics.disentanglement.mig_chen import mig_chen

FACTORS = factor_labels(1500)
CODES = oracle_codes(FACTORS)
BLOCKS = {"content": [0, 1], "pose": [2, 3]}


@pytest.mark.parametrize("estimator", ["ross", "bins"])
def test_an_oracle_scores_one(estimator):
    result = mig_chen(CODES, FACTORS, estimator=estimator)
    assert result["score"] == pytest.approx(1, abs=0.05)
    assert result["count"] == 1500
    x = result["factors"]["x"]
    assert x["blocks"][0] == "2"
    assert x["entropy"] == pytest.approx(np.log(8), abs=0.01)
    assert x["gap"] == pytest.approx(
        (x["informations"][0] - x["informations"][1]) / x["entropy"]
    )
    gaps = [factor["gap"] for factor in result["factors"].values()]
    assert result["score"] == pytest.approx(np.mean(gaps))


@pytest.mark.parametrize("estimator", ["ross", "bins"])
def test_duplicated_constant_and_unrelated_codes_score_zero(estimator):
    twice = mig_chen(np.tile(CODES, 2), FACTORS, estimator=estimator)
    assert twice["score"] == 0
    assert twice["factors"]["y"]["blocks"] == ["3", "7"]
    constant = mig_chen(np.ones((1500, 3)), FACTORS, estimator=estimator)
    assert constant["score"] == 0
    noise = np.random.default_rng(3).standard_normal((1500, 4))
    assert mig_chen(noise, FACTORS, estimator=estimator)["score"] < 0.02


def test_rotation_mixes_dimensions_but_not_a_block_within():
    assert mig_chen(rotated(CODES), FACTORS)["score"] < 0.2
    within = np.concatenate([rotated(CODES[:, :2]), rotated(CODES[:, 2:])], 1)
    expected = mig_chen(CODES, FACTORS, BLOCKS)["score"]
    found = mig_chen(within, FACTORS, BLOCKS)["score"]
    assert found == pytest.approx(expected, abs=1e-6)
    assert found > 0.9


def test_swapped_blocks_change_only_names():
    result = mig_chen(CODES, FACTORS, BLOCKS)
    exchanged = {"content": [2, 3], "pose": [0, 1]}
    other = mig_chen(CODES, FACTORS, exchanged)
    assert other["score"] == pytest.approx(result["score"])
    assert result["factors"]["shape"]["blocks"] == ["content", "pose"]
    assert other["factors"]["shape"]["blocks"] == ["pose", "content"]


def test_one_block_that_encodes_all_factors_is_not_penalised():
    noise = np.random.default_rng(3).standard_normal((1500, 1))
    codes = np.concatenate([CODES, noise], axis=1)
    blocks = {"all": slice(0, 4), "nothing": [4]}
    assert mig_chen(codes, FACTORS, blocks)["score"] > 0.9
