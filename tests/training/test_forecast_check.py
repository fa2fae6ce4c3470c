import dataclasses
import types

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import Oracle
from evaluation.world import clips
from evaluation.world import subject

from mipae_tf.evaluation.groups import prediction
from mipae_tf.evaluation.tables import verdict_of_metrics
from mipae_tf.training.forecast_check import ForecastCheck


@dataclasses.dataclass
class Trained(Oracle):
    """The oracle with the configuration of a training."""

    config = types.SimpleNamespace(context=3, train_horizon=4)


class Inverted(Trained):
    """Knows where bars go, but draws dark bars on a light background."""

    def decode(self, latents, reference=None):
        return 1 - super().decode(latents, reference)

    def forecast(self, context, horizon, samples=None, seed=0):
        return 255 - super().forecast(context, horizon)


class Lost(Trained):
    """Draws well, but predicts that bars go the other way."""

    def forecast(self, context, horizon, samples=None, seed=0):
        last = context.frames[:, -1]
        ahead = [tf.roll(last, -time - 2, axis=2) for time in range(horizon)]
        return tf.stack(ahead, axis=1)


def test_psnr_is_that_of_evaluation():
    found = ForecastCheck(Trained(), clips(24)).measure()
    metrics = prediction.GROUP.measure(subject()).metrics
    for row in ("forecast", "copy_last"):
        entry = metrics[f"prediction/psnr/{row}"]
        assert getattr(found, row) == pytest.approx(entry["per_step"])
        assert found.means()[f"{row}_psnr"] == pytest.approx(entry["value"])


def test_clips_are_few_and_spread_over_sources(monkeypatch):
    check = ForecastCheck(Trained(), clips(60, sources=np.arange(60) // 10))
    assert len(check._video) == 32
    first = clips(60).video[::10, :7]
    np.testing.assert_array_equal(check._video[:6], first)
    # A multiple of the clips per call, so that no other shape is compiled.
    assert len(ForecastCheck(Trained(), clips(15))._video) == 8
    assert len(ForecastCheck(Trained(), clips(3))._video) == 3


@pytest.mark.parametrize(
    "model, said",
    [
        (Trained(), "Forecasts beat the last frame repeated by"),
        (Inverted(), "the decoder cannot draw these frames"),
        (Lost(), "the dynamics predict wrong poses"),
        (Lost(roles=()), "clips); try more training steps"),
    ],
)
def test_training_and_evaluation_say_the_same(model, said):
    check = ForecastCheck(model, clips(24))
    verdict = check.verdict(check.measure())
    assert said in verdict
    seen = dataclasses.replace(subject(), model=model)
    metrics = prediction.GROUP.measure(seen).metrics
    protocol = {"clips": 24, "split": "validation"}
    assert verdict_of_metrics({**metrics, "protocol": protocol}) == verdict


def test_an_infinite_psnr_is_not_logged():
    assert ForecastCheck(Trained(error=0.0), clips(8)).measure() is None
    assert verdict_of_metrics({"protocol": {}}) is None
