"""Training in bfloat16 or with XLA gives nearly the same results."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from models.harness import arrays_of
from models.harness import batch_of
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.training.strategies import precision


def losses_of(name, policy="float32", xla=False):
    with precision(policy):
        model = random_model(name)
        stage = model.stages()[0]
    if xla:
        stage.use_xla()
    arrays = arrays_of(model, stage, moving_clips())
    losses = stage.train_step(batch_of(stage, arrays))
    assert {v.dtype for v in losses.values()} == {tf.float32}
    return model, {name: float(value) for name, value in losses.items()}


@pytest.mark.parametrize(
    "name",
    (
        "mipae",
        pytest.param("ae_lstm", marks=pytest.mark.slow),
        pytest.param("independent_prediction", marks=pytest.mark.slow),
        pytest.param("svg_lp", marks=pytest.mark.slow),
        pytest.param("ddpae", marks=pytest.mark.slow),
        pytest.param("hierarchical_objects", marks=pytest.mark.slow),
    ),
)
def test_bfloat16_keeps_weights_and_frames_in_float32(name):
    _, whole = losses_of(name)
    model, half = losses_of(name, "mixed_bfloat16")
    assert keras.config.dtype_policy().name == "float32"
    assert {tf.as_dtype(v.dtype) for v in model.trainable_variables} == {
        tf.float32
    }
    assert half["loss"] == pytest.approx(whole["loss"], rel=0.05, abs=1e-3)
    assert half["loss"] != whole["loss"]
    frames = model.forecast(tf.constant(moving_clips(2)[:, :3]), 2)
    assert frames.dtype == tf.uint8 or frames.dtype == tf.float32
    assert np.isfinite(np.asarray(frames, "float32")).all()


@pytest.mark.slow
@pytest.mark.parametrize(
    "policy, rel", (("float32", 1e-4), ("mixed_bfloat16", 0.02))
)
def test_xla_gives_the_same_step(policy, rel):
    """For a model without random draws, which differ in XLA."""
    _, plain = losses_of("ae_lstm", policy)
    _, compiled = losses_of("ae_lstm", policy, xla=True)
    for name, value in plain.items():
        assert compiled[name] == pytest.approx(value, rel=rel)


def test_an_unknown_precision_is_refused():
    with pytest.raises(ValueError, match="--precision=half is unknown; allow"):
        with precision("half"):
            pass


def test_averaged_weights():
    model = random_model("ae_lstm", ema=0.5)
    stage = model.stages()[0]
    weight = stage.trainable_variables[0]
    with stage.averaged_weights():  # no average before the first step
        first = weight.numpy()
    seen = []
    for step in range(3):
        stage.train_step(batch_of(stage, moving_clips(), step))
        seen.append(weight.numpy())
    assert np.abs(seen[0] - first).max() > 0
    average = seen[0]
    for value in seen[1:]:
        average = 0.5 * average + 0.5 * value
    with stage.averaged_weights():
        np.testing.assert_allclose(weight.numpy(), average, rtol=1e-5)
    np.testing.assert_array_equal(weight.numpy(), seen[-1])
    assert not any(
        o.use_ema for o in random_model("ae_lstm").stages()[0].optimizers
    )
