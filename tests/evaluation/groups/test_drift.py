import dataclasses

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import Oracle
from evaluation.world import subject

from mipae_tf.evaluation.groups.drift import GROUP
from mipae_tf.models import Context


def test_a_perfect_forecast_does_not_drift():
    found = GROUP.measure(subject(error=0.0, drift_steps=30))
    sharp = found.metrics["drift/sharpness"]
    assert sharp["steps"] == [1, 2, 5, 10, 20, 30]
    assert sharp["value"] == sharp["per_step"][-1]
    np.testing.assert_allclose(sharp["per_step"], 1, atol=0.15)
    motion = found.metrics["drift/motion"]["per_step"]
    np.testing.assert_allclose(motion, 1, atol=0.15)
    assert "training clips" in found.metrics["drift/kept"]["absent"]
    assert set(found.figures) == {"drift.png", "drift_curves.png"}
    assert found.per_clip["drift/motion"].shape == (24, 1)


class Tired(Oracle):
    """Stops moving and fades."""

    def forecast(self, context, horizon, samples=None, seed=0):
        last = tf.cast(context.frames[:, -1:], tf.float32)
        fading = 0.5 ** tf.range(1.0, horizon + 1)[None, :, None, None, None]
        return tf.cast(last * fading, tf.uint8)


def test_a_fading_forecast_is_detected():
    seen = dataclasses.replace(subject(drift_steps=10), model=Tired())
    found = GROUP.measure(seen).metrics
    sharp = found["drift/sharpness"]["per_step"]
    assert sharp[0] == pytest.approx(0.5, abs=0.1)
    assert sharp[-1] < 0.01
    assert found["drift/motion"]["per_step"][-1] < 0.01


class Late(Oracle):
    """Its first frame repeats the last frame of the context."""

    def forecast(self, context, horizon, samples=None, seed=0):
        late = Context(tf.roll(context.frames, -1, axis=3))
        return super().forecast(late, horizon)


def test_the_first_step_is_from_the_context():
    seen = subject(error=0.0, drift_steps=3)
    late = dataclasses.replace(seen, model=Late(error=0.0))
    motion = GROUP.measure(late).metrics["drift/motion"]["per_step"]
    assert motion[0] == 0
    np.testing.assert_allclose(motion[1:], 1, atol=0.15)


def test_motion_is_absent_for_still_clips():
    seen = subject(drift_steps=3)
    video = np.repeat(seen.clips.video[:, :1], 8, axis=1)
    still = dataclasses.replace(seen.clips, video=video)
    found = GROUP.measure(dataclasses.replace(seen, clips=still)).metrics
    assert "blank or still" in found["drift/motion"]["absent"]
    assert "value" in found["drift/sharpness"]
