import numpy as np
import pytest
from metrics.representation_cases import factor_labels
from metrics.representation_cases import oracle_codes
from metrics.representation_cases import rotated
from sklearn.feature_selection import mutual_info_classif

from mipae_tf.metrics.disentanglement.mi_matrix import mi_matrix
from mipae_tf.metrics.information.ross_mi import ross_mutual_information

FACTORS = factor_labels(1500)
CODES = oracle_codes(FACTORS)


@pytest.mark.parametrize("estimator", ["ross", "bins"])
def test_an_oracle_is_the_identity(estimator):
    matrix = mi_matrix(CODES, FACTORS, estimator=estimator)
    np.testing.assert_allclose(matrix.normalised, np.eye(4), atol=0.06)
    np.testing.assert_allclose(matrix.entropy, np.log([3, 4, 8, 6]), atol=0.01)
    assert matrix.active.all()


def test_ross_agrees_with_scikit_learn_by_dimension():
    codes = rotated(CODES)
    matrix = mi_matrix(codes, FACTORS)
    for labels, column in zip(
        FACTORS.values(), matrix.information.T, strict=True
    ):
        expected = mutual_info_classif(codes, labels, random_state=0)
        np.testing.assert_allclose(column, expected, atol=2e-3)


def test_blocks_are_measured_whole():
    blocks = {"content": [0, 1], "pose": slice(2, 4)}
    matrix = mi_matrix(rotated(CODES), FACTORS, blocks)
    assert matrix.information[1, 2] == ross_mutual_information(
        rotated(CODES)[:, 2:], FACTORS["x"]
    )


def test_bins_are_twenty_of_equal_width():
    codes = np.repeat(np.arange(20), 40)[:, None] + 0.0
    labels = {"bin": np.repeat(np.arange(20), 40)}
    matrix = mi_matrix(codes, labels, estimator="bins")
    assert matrix.information == pytest.approx(np.log(20))
    finer = {"half": np.repeat(np.arange(40), 20)}
    matrix = mi_matrix(codes, finer, estimator="bins")
    assert matrix.information == pytest.approx(np.log(20))
    assert matrix.entropy == pytest.approx(np.log(40))


@pytest.mark.parametrize("estimator", ["ross", "bins"])
def test_constant_and_unrelated_codes_are_inactive(estimator):
    noise = np.random.default_rng(3).standard_normal((1500, 1))
    codes = np.concatenate([np.full((1500, 1), 0.1), noise], axis=1)
    matrix = mi_matrix(codes, FACTORS, estimator=estimator)
    assert (matrix.information[0] < 1e-12).all()
    # Twenty bins of noise read more than nothing: their plug-in bias.
    assert (matrix.information[1] < (0.03, 0.08)[estimator == "bins"]).all()
    assert not matrix.active.any()


def test_invalid_input_is_refused():
    with pytest.raises(ValueError, match="estimator must be one of"):
        mi_matrix(CODES, FACTORS, estimator="ksg")
    with pytest.raises(ValueError, match="block 'all' of 4; use 'ross'"):
        mi_matrix(CODES, FACTORS, {"all": slice(None)}, estimator="bins")
    with pytest.raises(ValueError, match="codes must be finite"):
        mi_matrix(CODES * np.inf, FACTORS)
