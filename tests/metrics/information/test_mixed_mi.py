import numpy as np
import pytest
from metrics.joint_cases import gaussians
from metrics.joint_cases import hard_pairs
from metrics.joint_cases import reference_counts
from metrics.joint_cases import reference_radii
from scipy.special import digamma
from sklearn.metrics import mutual_info_score

from mipae_tf.metrics.information.ksg_mi import ksg_mutual_information
from mipae_tf.metrics.information.mixed_mi import mixed_mutual_information
from mipae_tf.metrics.information.ross_mi import ross_mutual_information
from mipae_tf.metrics.information.ties import break_ties

COUNT = 300
PAIRS = hard_pairs(COUNT)


@pytest.mark.parametrize("name", PAIRS)
def test_agrees_with_a_reference_over_all_pairs(name):
    first, second = PAIRS[name]
    radii = reference_radii(first, second, 3).max(axis=1)
    rows = np.concatenate([first, second], axis=1)
    copies = (rows[:, None] == rows).all(axis=2).sum(axis=1)
    inner = np.nextafter(radii, 0)
    counts = [reference_counts(codes, inner) + 1 for codes in PAIRS[name]]
    terms = digamma(np.where(radii == 0, copies, 3))
    terms -= sum(digamma(count) for count in counts)
    expected = digamma(COUNT) + terms.mean()
    assert mixed_mutual_information(first, second) == pytest.approx(
        expected, abs=1e-9
    )


def test_equals_the_estimate_of_kraskov_without_ties():
    for dimensions in (1, 5):
        pair = gaussians(1000, dimensions, 1.0)
        assert mixed_mutual_information(*pair, 5) == pytest.approx(
            ksg_mutual_information(*pair, 5), abs=1e-12
        )


def test_equals_the_estimate_of_ross_for_classes():
    codes = gaussians(1000, 2, 1.0)[0]
    labels = np.digitize(codes[:, :1] + codes[:, 1:], [-1, 0, 1])
    # Classes are so distant that neighbours have the same class.
    assert mixed_mutual_information(codes, 1e6 * labels) == pytest.approx(
        ross_mutual_information(codes, labels), abs=1e-9
    )


def test_discrete_codes_have_the_corrected_plugin_information():
    generator = np.random.default_rng(0)
    first = generator.integers(6, size=(3000, 1))
    second = (first + generator.integers(3, size=(3000, 1))) % 6
    plugin = mutual_info_score(first[:, 0], second[:, 0])
    cells = 6 * 3
    correction = (cells - 6 - 6 + 1) / 6000
    assert mixed_mutual_information(first, second) == pytest.approx(
        plugin - correction, abs=1e-4
    )
    assert plugin == pytest.approx(np.log(2), abs=0.01)


@pytest.mark.parametrize("classes", [5, 20])
def test_information_of_a_class_with_uniform_noise(classes):
    # I = log m - (m - 1)/m log 2 for y = x + U[0, 2].
    generator = np.random.default_rng(0)
    first = generator.integers(classes, size=(4000, 1))
    second = first + generator.uniform(0, 2, (4000, 1))
    truth = np.log(classes) - (classes - 1) / classes * np.log(2)
    assert mixed_mutual_information(first, second) == pytest.approx(
        truth, abs=0.04
    )


def test_a_code_that_is_discrete_half_of_the_time():
    # Half the samples are normal, of correlation 0.9, the others ±5 and equal
    # with probability 0.9; each variable shows the half.
    generator = np.random.default_rng(0)
    smooth = generator.random((4000, 1)) < 0.5
    first, second = gaussians(4000, 1, -np.log(1 - 0.81) / 2)
    sign = generator.choice([-5.0, 5.0], (4000, 1))
    same = np.where(generator.random((4000, 1)) < 0.9, 1, -1)
    first = np.where(smooth, first, sign)
    second = np.where(smooth, second, sign * same)
    atoms = 0.9 * np.log(2 * 0.9) + 0.1 * np.log(2 * 0.1)
    truth = np.log(2) + (atoms - np.log(1 - 0.81) / 2) / 2
    assert mixed_mutual_information(first, second) == pytest.approx(
        truth, abs=0.05
    )


def test_independent_and_constant_codes():
    generator = np.random.default_rng(0)
    classes = generator.integers(4, size=(2000, 2))
    noise = generator.standard_normal((2000, 1))
    assert abs(mixed_mutual_information(classes, noise)) < 0.05
    constant = np.full((2000, 3), 0.1)
    for codes in (classes, noise, constant):
        assert mixed_mutual_information(codes, constant) == pytest.approx(
            0, abs=1e-9
        )


def test_rounded_codes_are_overestimated_until_ties_are_broken():
    pair = np.random.default_rng(0).standard_normal((2, 1000, 1)).round(1)
    # As in docs/mutual_information.md.
    assert mixed_mutual_information(*pair) == pytest.approx(0.50, abs=0.005)
    apart = [break_ties(codes, seed) for seed, codes in enumerate(pair)]
    assert mixed_mutual_information(*apart) == pytest.approx(0.02, abs=0.005)


def test_order_and_roles_do_not_matter():
    first, second = PAIRS["quantised-copy"]
    expected = mixed_mutual_information(first, second)
    order = np.random.default_rng(1).permutation(COUNT)
    for pair in [(second, first), (first[order], second[order])]:
        assert mixed_mutual_information(*pair) == pytest.approx(
            expected, abs=1e-9
        )


def test_invalid_input_is_refused():
    first, second = gaussians(20, 2, 1.0)
    spoilt = np.where(np.arange(20)[:, None] == 3, np.inf, second)
    for first_codes, second_codes, neighbours, message in [
        (first, spoilt, 3, "second must be finite"),
        (first[:, 0], second, 3, r"first must be .*\[samples, dimensions\]"),
        (first, second[1:], 3, "the same number of"),
        (first[:3], second[:3], 2, "at least 4"),
        (first, second, 20, "neighbours .* 1 to 19"),
    ]:
        with pytest.raises(ValueError, match=message):
            mixed_mutual_information(first_codes, second_codes, neighbours)
