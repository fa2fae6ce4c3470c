import numpy as np
import pytest
from metrics.information_cases import gaussian_pairs

from mipae_tf.metrics.information.neural_mi import neural_mutual_information
from mipae_tf.metrics.result import entry
from mipae_tf.objectives.mi_bounds import BOUNDS

QUICK = {"steps": 300, "candidates": 32, "hidden_dim": 64}


# The others are in the slow test: js trains as smile does, dv is below.
@pytest.mark.parametrize("bound", ["nwj", "smile", "infonce", "tuba"])
def test_information_of_gaussians(bound):
    first, second = gaussian_pairs(1.0, 1, 4000)
    # Scales far from 1: the samples are standardised.
    result = neural_mutual_information(
        1e-170 * first, 1e20 * second + 1e27, bound, 0, **QUICK
    )
    assert abs(result["value"] - 1) < 0.12
    low, high = result["interval"]
    assert low < result["value"] < high < low + 0.3
    assert result["count"] == 1000
    assert 0 < result["step"] <= 300


@pytest.mark.slow
@pytest.mark.parametrize("bound", BOUNDS)
@pytest.mark.parametrize("dimensions", [1, 5])
def test_information_at_full_length(bound, dimensions):
    result = neural_mutual_information(
        *gaussian_pairs(1.0, dimensions, 5000), bound, 0
    )
    assert 0.8 < result["value"] < 1.08


@pytest.mark.parametrize("bound", ["nwj", "infonce"])
def test_independent_codes_have_no_information(bound):
    generator = np.random.default_rng(0)
    result = neural_mutual_information(
        generator.standard_normal((2000, 3)),
        generator.standard_normal((2000, 2)),
        bound,
        0,
        **{**QUICK, "steps": 200},
    )
    assert -0.05 < result["value"] < 0.02


@pytest.mark.parametrize("bound", ["nwj", "dv"])
def test_training_pairs_show_information_in_noise_held_out_ones_do_not(bound):
    noise = np.random.default_rng(0).standard_normal((2, 200, 10))
    result = neural_mutual_information(*noise, bound, 0, steps=300)
    assert result["training_value"] > 0.5
    assert result["value"] < 0.05
    assert result["count"] == 50


def test_infonce_stays_below_its_ceiling():
    first, _ = gaussian_pairs(1.0, 3, 2000)
    result = neural_mutual_information(
        first, first, "infonce", 0, **{**QUICK, "candidates": 8}
    )
    assert result["ceiling"] == pytest.approx(np.log(8))
    assert 0.9 * np.log(8) < result["value"] <= np.log(8)


def test_results_depend_on_the_seed():
    pairs = gaussian_pairs(1.0, 2, 400)
    values = [
        neural_mutual_information(*pairs, "tuba", seed, steps=30)["value"]
        for seed in (3, 3, 4)
    ]
    assert values[0] == pytest.approx(values[1], abs=1e-6)
    assert abs(values[0] - values[2]) > 1e-3


def test_constant_codes_have_no_information_and_a_valid_entry():
    first, _ = gaussian_pairs(1.0, 2, 200)
    result = neural_mutual_information(
        first, np.full((200, 1), 0.25), "js", 0, steps=100
    )
    values = (result[name] for name in ("value", "count", "interval"))
    made = entry("x", *values, better="none")
    assert abs(made["value"]) < 0.1
    assert made["count"] == 50


FIRST, SECOND = gaussian_pairs(1.0, 2, 64)


@pytest.mark.parametrize(
    "changes, message",
    [
        ({"bound": "mine"}, "bound must be one of js, nwj"),
        ({"first": FIRST * np.nan}, "first must be finite"),
        ({"second": SECOND * np.inf}, "second must be finite"),
        ({"second": SECOND[1:]}, "the same number of"),
        ({"second": SECOND[:, 0]}, "second must be real numbers"),
        ({"first": FIRST[:31], "second": SECOND[:31]}, "at least 4"),
        ({"steps": 0}, "steps must be at least 1"),
        ({"batch": 1}, "batch must be at least 2"),
        ({"candidates": 1}, "candidates must be at least 2"),
        ({"hidden_dim": 0}, "hidden_dim must be at least 1"),
    ],
)
def test_invalid_input_is_refused(changes, message):
    arguments = {"first": FIRST, "second": SECOND, "bound": "js", "seed": 0}
    with pytest.raises(ValueError, match=message):
        neural_mutual_information(**{**arguments, **changes})
