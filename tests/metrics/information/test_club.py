import numpy as np
import pytest
from metrics.information_cases import gaussian_pairs

from mipae_tf.metrics.information.club import club_upper_bound


@pytest.mark.parametrize(
    "information, dimensions, band", [(0.5, 1, 0.3), (1.0, 5, 0.6)]
)
def test_a_gaussian_q_gives_the_sum_of_both_divergences(
    information, dimensions, band
):
    # I + KL(p(x) p(y) || p(x, y)) = d ρ² / (1 - ρ²)
    truth = dimensions * np.expm1(2 * information / dimensions)
    first, second = gaussian_pairs(information, dimensions, 4000)
    result = club_upper_bound(1e3 * first + 5, 1e-3 * second, 0, steps=400)
    assert abs(result["value"] - truth) < band
    assert result["value"] > information
    low, high = result["interval"]
    assert low < result["value"] < high
    assert result["count"] == 1000
    assert 0 < result["step"] <= 400


def test_independent_codes_have_no_information():
    generator = np.random.default_rng(0)
    result = club_upper_bound(
        generator.standard_normal((2000, 3)),
        generator.standard_normal((2000, 2)),
        0,
        steps=200,
    )
    assert abs(result["value"]) < 0.02


def test_it_is_not_a_bound_if_q_misses_the_dependence():
    """`first` decides the size of `second`: ln 2 nats, but equal moments."""
    generator = np.random.default_rng(0)
    first = generator.choice([-1.0, 1.0], (2000, 1))
    third = generator.choice([-1.0, 1.0], (2000, 1))
    # Sizes 1, or one of two: mean 0 and variance 1 either way.
    near, far = np.sqrt(1 - 0.8), np.sqrt(1 + 0.8)
    second = np.where(first > 0, 1.0, np.where(third > 0, near, far))
    second *= generator.choice([-1.0, 1.0], (2000, 1))
    assert club_upper_bound(first, second, 0, steps=200)["value"] < 0.1


def test_the_held_out_value_is_reported():
    noise = np.random.default_rng(0).standard_normal((2, 200, 10))
    result = club_upper_bound(*noise, 0, steps=300)
    assert result["training_value"] > 0.5
    assert result["value"] < 0.1
    assert result["count"] == 50


def test_results_depend_on_the_seed():
    pairs = gaussian_pairs(1.0, 2, 400)
    values = [
        club_upper_bound(*pairs, seed, steps=30)["value"] for seed in (3, 3, 4)
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-6)
    assert abs(values[0] - values[2]) > 1e-3


FIRST, SECOND = gaussian_pairs(1.0, 2, 64)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"first": FIRST * np.nan}, "first must be finite"),
        ({"second": SECOND[1:]}, "the same number of"),
        ({"second": SECOND[:, 0]}, "second must be real numbers"),
        ({"first": FIRST[:31], "second": SECOND[:31]}, "at least 4"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"hidden_dim": 0}, "hidden_dim must be at least 1"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {"first": FIRST, "second": SECOND, "seed": 0}
    with pytest.raises(ValueError, match=message):
        club_upper_bound(**{**arguments, **changes})
