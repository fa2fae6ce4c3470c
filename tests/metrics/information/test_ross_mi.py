import numpy as np
import pytest
from metrics.neighbour_cases import hard_codes
from metrics.neighbour_cases import labelings
from metrics.neighbour_cases import reference_ross
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_classif

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.information.ross_mi import ross_ceiling
from mipae_tf.metrics.information.ross_mi import ross_mutual_information
from mipae_tf.metrics.information.ross_mi import ross_mutual_informations

COUNT = 2000
CODES = hard_codes(COUNT)
LABELINGS = labelings(COUNT)


@pytest.mark.parametrize("name", CODES)
def test_agrees_with_a_reference_on_trees(name):
    codes = CODES[name]
    first = codes[:, 0]
    inner = np.quantile(first, np.linspace(0, 1, 41)[1:-1])
    labelings = [*LABELINGS.values(), np.digitize(first, inner)]
    found = ross_mutual_informations(codes, labelings)
    expected = [max(0, reference_ross(codes, labels)) for labels in labelings]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6)


@pytest.mark.parametrize("neighbours", [1, 5])
def test_other_numbers_of_neighbours(neighbours):
    codes, labels = CODES["copies"], np.arange(COUNT) // 8
    assert ross_mutual_information(codes, labels, neighbours) == pytest.approx(
        reference_ross(codes, labels, neighbours), abs=1e-6
    )


def test_agrees_with_scikit_learn_in_one_dimension():
    generator = np.random.default_rng(0)
    labels = generator.integers(6, size=COUNT)
    codes = labels[:, None] + generator.standard_normal((COUNT, 1))
    expected = mutual_info_classif(codes, labels, random_state=0)[0]
    assert expected > 0.5
    assert ross_mutual_information(codes, labels) == pytest.approx(
        expected,
        abs=1e-3,  # it rescales the codes and adds noise of 1e-10
    )


def test_information_of_two_gaussians():
    # Equal classes at ±1 with variance 1; the truth by integration.
    generator = np.random.default_rng(0)
    labels = generator.integers(2, size=10_000)
    codes = 2 * labels[:, None] - 1 + generator.standard_normal((10_000, 1))
    x = np.linspace(-9, 9, 20_001)
    density = (np.exp(-((x - 1) ** 2) / 2) + np.exp(-((x + 1) ** 2) / 2)) / (
        2 * np.sqrt(2 * np.pi)
    )
    truth = -np.trapezoid(density * np.log(density), x)
    truth -= np.log(2 * np.pi * np.e) / 2
    assert abs(ross_mutual_information(codes, labels) - truth) < 0.02


def test_codes_that_separate_all_labels_reach_the_ceiling():
    generator = np.random.default_rng(0)
    labels = generator.integers(300, size=(COUNT, 1))
    codes = labels + 1e-3 * generator.standard_normal((COUNT, 4))
    sizes = np.bincount(labels[:, 0])[labels[:, 0]]
    kept = sizes[sizes > 1]
    by_hand = digamma(len(kept)) - digamma(kept).mean()
    assert ross_ceiling(labels) == pytest.approx(by_hand, abs=1e-12)
    assert ross_mutual_information(codes, labels) == pytest.approx(
        by_hand, abs=1e-12
    )


@pytest.mark.parametrize("power", [-900, 400])
def test_results_are_invariant_to_scale(power):
    # Squares of such codes leave the range of float32, or even of float64.
    codes, labels = CODES["plain"], np.digitize(CODES["plain"][:, 0], [-1, 1])
    expected = ross_mutual_information(codes, labels)
    scaled = codes * 2.0**power
    assert ross_mutual_information(scaled, labels) == expected > 0.3


def test_labels_that_occur_once_are_left_out():
    codes, labels = CODES["plain"][:600], np.arange(600) % 20
    expected = ross_mutual_information(codes + labels[:, None], labels)
    more = np.concatenate([codes + labels[:, None], CODES["plain"][600:700]])
    unique = np.concatenate([labels, np.arange(100) + 1000])
    assert ross_mutual_information(more, unique) == expected > 0


def test_labelings_that_keep_different_samples_do_not_disturb_each_other():
    codes = CODES["plain"]
    labelings = [*LABELINGS.values(), LABELINGS["singletons"][::-1]]
    together = ross_mutual_informations(codes, labelings)
    assert together == [
        ross_mutual_information(codes, labels) for labels in labelings
    ]


def test_invalid_input_is_refused():
    codes, labels = CODES["plain"], LABELINGS["large"]
    for bad in (np.nan, np.inf, 1e200):
        spoilt = codes.copy()
        spoilt[3, 1] = bad
        with pytest.raises(ValueError, match="codes must be finite"):
            ross_mutual_information(spoilt, labels)
    with pytest.raises(ValueError, match=r"\[samples, dimensions\]"):
        ross_mutual_information(codes[:, 0], labels)
    with pytest.raises(ValueError, match=r"\[samples, dimensions\]"):
        ross_mutual_information(codes.astype(str), labels)
    with pytest.raises(ValueError, match="the same number of"):
        ross_mutual_information(codes, labels[1:])
    with pytest.raises(ValueError, match="at least 4"):
        ross_mutual_information(codes[:3], labels[:3])
    with pytest.raises(ValueError, match="neighbours"):
        ross_mutual_information(codes, labels, neighbours=0)


def test_labels_that_never_repeat_are_absent():
    with pytest.raises(AbsentMetric, match="All 2000 samples"):
        ross_mutual_information(CODES["plain"], np.arange(COUNT))
    with pytest.raises(AbsentMetric, match="All 2000 samples"):
        ross_ceiling(np.arange(COUNT))
