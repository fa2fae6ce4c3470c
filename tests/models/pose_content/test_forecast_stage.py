import numpy as np
import pytest
import tensorflow as tf
from models.harness import changed
from models.harness import moving_clips
from models.harness import random_model
from models.harness import values

from mipae_tf.models import Context
from mipae_tf.models.pose_content.forecast_stage import LEAST_ERROR

BLENDED = {
    "backbone": "dcgan_skips",
    "normalization": "group",
    "output": "moved",
    "reference_pose": True,
}


def forecast_model(name="mipae", **given):
    return random_model(name, forecast_steps=4, **given)


def floats(model, video, horizon):
    """The predicted frames before they are rounded."""
    context = Context(tf.constant(video[:, : model.config.context]))
    state, frames = model.start(context, tf.constant([0, 0])), []
    for _ in range(horizon):
        frame, state = model.step(state)
        frames.append(frame)
    return np.stack(frames, axis=1)


@pytest.mark.parametrize(
    "name, given",
    [("mipae", {}), ("mipae", BLENDED), ("ae_lstm", {})],
    ids=["drawn", "blended", "one_code"],
)
def test_the_loss_is_the_error_of_the_forecast(name, given):
    model, video = forecast_model(name, **given), moving_clips(4, 5)
    stage = model.stages()[2]
    assert stage.name == "forecast"
    error = floats(model, video, 3) - video[:, 2:] / 255.0
    loss = float(stage.evaluate_losses(video)["loss"])
    assert loss == pytest.approx(float(np.mean(error**2)), rel=1e-4)


def test_the_loss_is_the_mean_logarithm_of_the_errors_of_frames():
    model = forecast_model(forecast_loss="log_error")
    video = moving_clips(4, 5)
    error = floats(model, video, 3) - video[:, 2:] / 255.0
    error = np.mean(error**2, axis=(2, 3, 4))  # [clips, horizon]
    loss = float(model.stages()[2].evaluate_losses(video)["loss"])
    expected = float(np.mean(np.log(error + LEAST_ERROR)))
    assert loss == pytest.approx(expected, rel=1e-4)


def test_only_predictor_and_decoder_are_trained():
    model, video = forecast_model(**BLENDED), moving_clips(4, 5)
    network, stage = model.network, model.stages()[2]
    parts = {
        "content": network.content_encoder,
        "pose": network.pose_encoder,
        "decoder": network.decoder,
        "predictor": network.predictor,
    }
    parts = {name: part.trainable_variables for name, part in parts.items()}
    before = {name: values(part) for name, part in parts.items()}
    for _ in range(2):
        losses = stage.train_step(video)
    assert float(losses["gradient_norm"]) > 0.0
    found = {
        name for name, part in parts.items() if any(changed(part, before[name]))
    }
    assert found == {"decoder", "predictor"}


def test_a_step_decodes_some_frames_of_the_forecast():
    model, video = forecast_model(forecast_frames=1), moving_clips(4, 5)
    stage, seen = model.stages()[2], set()
    errors = np.mean(
        (floats(model, video, 3) - video[:, 2:] / 255.0) ** 2,
        axis=(0, 2, 3, 4),
    )
    stage._minimize = lambda tape, loss: tf.constant(0.0)
    for _ in range(12):
        loss = float(stage.update(video)["loss"])
        stage.step.assign_add(1)
        seen.add(int(np.argmin(np.abs(errors - loss))))
        assert np.min(np.abs(errors - loss)) < 1e-5
    assert seen == {0, 1, 2}


def test_there_is_no_third_stage_without_steps_for_it():
    assert len(random_model("mipae").stages()) == 2
