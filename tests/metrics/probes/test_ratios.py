import pytest

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.ratios import accuracy_ratios
from mipae_tf.metrics.probes.ratios import error_ratios


def test_ratios_of_accuracies():
    found = accuracy_ratios(0.8, content=0.76, pose=0.2, chance=0.16)
    assert found == pytest.approx({"content": 0.95, "pose": 0.25, "floor": 0.2})


def test_ratios_of_errors():
    found = error_ratios(0.01, content=0.2, pose=0.02, chance=0.25)
    assert found == pytest.approx({"content": 20, "pose": 2, "ceiling": 25})


def test_ratios_of_a_latent_at_chance_are_absent():
    for full in (0.1, 0.09):
        with pytest.raises(AbsentMetric, match="not above chance"):
            accuracy_ratios(full, content=0.1, pose=0.1, chance=0.1)
    for full in (0.25, 0.3):
        with pytest.raises(AbsentMetric, match="not below chance"):
            error_ratios(full, content=0.25, pose=0.25, chance=0.25)


def test_the_margin_is_the_required_distance_from_chance():
    barely = {"content": 0.1, "pose": 0.1, "chance": 0.1}
    assert accuracy_ratios(0.102, **barely)["pose"] == pytest.approx(
        0.1 / 0.102
    )
    with pytest.raises(AbsentMetric, match="margin of 0.008"):
        accuracy_ratios(0.102, **barely, margin=0.008)
    assert error_ratios(0.098, **barely)["pose"] > 1
    with pytest.raises(AbsentMetric, match="margin of 0.008"):
        error_ratios(0.098, **barely, margin=0.008)


def test_ratios_of_a_latent_without_error_are_absent():
    with pytest.raises(AbsentMetric, match="infinite"):
        error_ratios(0.0, content=0.2, pose=0.0, chance=0.25)


@pytest.mark.parametrize(
    "name", ["full", "content", "pose", "chance", "margin"]
)
def test_invalid_numbers_are_refused(name):
    fit = {"full": 0.5, "content": 0.4, "pose": 0.3, "chance": 0.1}
    for value in (-0.1, float("nan"), float("inf")):
        with pytest.raises(ValueError, match=f"{name} must be"):
            accuracy_ratios(**{**fit, name: value})
        with pytest.raises(ValueError, match=f"{name} must be at least 0"):
            error_ratios(**{**fit, name: value})
    if name != "margin":
        with pytest.raises(ValueError, match=rf"{name} must be in \[0, 1\]"):
            accuracy_ratios(**{**fit, name: 1.5})
