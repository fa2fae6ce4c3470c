import numpy as np
import pytest
from metrics.joint_cases import gaussians
from metrics.joint_cases import hard_pairs
from metrics.joint_cases import reference_ksg
from metrics.joint_cases import reference_radii
from metrics.joint_cases import tied_share
from scipy.special import digamma
from sklearn.feature_selection import mutual_info_regression

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.information.ksg_mi import ksg_mutual_information
from mipae_tf.metrics.information.ties import break_ties

COUNT = 300
PAIRS = hard_pairs(COUNT)


@pytest.mark.parametrize("variant", [1, 2])
@pytest.mark.parametrize("name", PAIRS)
def test_agrees_with_a_reference_over_all_pairs(name, variant):
    for neighbours in (1, 4):
        radii = reference_radii(*PAIRS[name], neighbours)
        apart = radii.max(axis=1) if variant == 1 else radii.min(axis=1)
        message = None
        if (apart == 0).any():
            message = "mixed_mutual_information"
        elif tied_share(*PAIRS[name], neighbours, variant) > 0.01:
            message = "exactly the distance of their k-th"
        if message:
            with pytest.raises(AbsentMetric, match=message):
                ksg_mutual_information(*PAIRS[name], neighbours, variant)
            continue
        found = ksg_mutual_information(*PAIRS[name], neighbours, variant)
        expected = reference_ksg(*PAIRS[name], neighbours, variant)
        assert found == pytest.approx(expected, abs=1e-9)


def test_agrees_with_scikit_learn_in_one_dimension():
    first, second = gaussians(1000, 1, 0.5)
    first /= first.std()  # scikit-learn does the same
    second /= second.std()
    expected = mutual_info_regression(first, second[:, 0], random_state=0)[0]
    assert ksg_mutual_information(first, second) == pytest.approx(
        expected,
        abs=1e-6,  # it adds noise of 1e-10
    )


@pytest.mark.parametrize("variant", [1, 2])
@pytest.mark.parametrize(
    "dimensions, information, tolerance",
    [(1, 0.2, 0.05), (1, 2.0, 0.06), (5, 0.2, 0.07), (5, 0.6, 0.1)],
)
def test_information_of_gaussians(variant, dimensions, information, tolerance):
    pair = gaussians(4000, dimensions, information)
    found = ksg_mutual_information(*pair, variant=variant)
    assert found == pytest.approx(information, abs=tolerance)


@pytest.mark.parametrize("variant", [1, 2])
def test_independent_codes_scatter_about_zero(variant):
    generator = np.random.default_rng(0)
    found = [
        ksg_mutual_information(
            generator.standard_normal((300, 2)),
            generator.uniform(size=(300, 5)),
            variant=variant,
        )
        for _ in range(20)
    ]
    assert min(found) < 0 < max(found)
    assert abs(np.mean(found)) < 0.03


def test_oracle_and_constant_codes():
    code = gaussians(500, 3, 1.0)[0]
    for neighbours in (1, 3):
        ceiling = digamma(500) - digamma(neighbours)
        assert ksg_mutual_information(code, code, neighbours) == pytest.approx(
            ceiling, abs=1e-9
        )
    constant = np.full((500, 2), 0.1)
    assert ksg_mutual_information(code, constant) == pytest.approx(0, abs=1e-9)
    with pytest.raises(AbsentMetric, match="500 of 500"):
        ksg_mutual_information(code, constant, variant=2)
    with pytest.raises(AbsentMetric, match="500 of 500"):
        ksg_mutual_information(constant, constant)


@pytest.mark.parametrize("variant", [1, 2])
def test_order_roles_and_common_scale_do_not_matter(variant):
    first, second = gaussians(500, 4, 1.0)
    second = second[:, :3]
    expected = ksg_mutual_information(first, second, variant=variant)
    order = np.random.default_rng(1).permutation(500)
    for pair in [
        (second, first),
        (first[order], second[order]),
        (2.0**-450 * first, 2.0**-450 * second),
        (2.0**400 * first, 2.0**400 * second),
        (first + 0, second[:, ::-1]),
    ]:
        found = ksg_mutual_information(*pair, variant=variant)
        assert found == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("variant", [1, 2])
def test_codes_of_few_distinct_values_are_absent(variant):
    for name, change in {
        "copies": lambda codes: np.repeat(codes, 3, axis=0),
        "rounded": lambda codes: np.round(codes, 1),
        "half": lambda codes: codes.astype(np.float16),
    }.items():
        pair = [change(codes) for codes in gaussians(1000, 1, 0.5)]
        with pytest.raises(AbsentMetric, match="use break_ties first"):
            ksg_mutual_information(*pair, neighbours=20, variant=variant)
        if name == "copies":
            continue  # repeated pairs do share more information
        apart = [break_ties(code, seed) for seed, code in enumerate(pair)]
        found = ksg_mutual_information(*apart, variant=variant)
        assert found == pytest.approx(0.5, abs=0.1)


def test_invalid_input_is_refused():
    first, second = gaussians(20, 2, 1.0)
    spoilt = second.copy()
    spoilt[3, 1] = np.nan
    for first_codes, second_codes, message in [
        (first, spoilt, "second must be finite"),
        (spoilt, second, "first must be finite"),
        (first[:, 0], second, r"first must be .*\[samples, dimensions\]"),
        (first, second.astype(str), "second must be real numbers"),
        (first, second[1:], "the same number of"),
        (first[:3], second[:3], "at least 4"),
    ]:
        with pytest.raises(ValueError, match=message):
            ksg_mutual_information(first_codes, second_codes)
    for neighbours in (0, 20, 2.5):
        with pytest.raises(ValueError, match="neighbours .* 1 to 19"):
            ksg_mutual_information(first, second, neighbours)
    with pytest.raises(ValueError, match="variant"):
        ksg_mutual_information(first, second, variant=3)
