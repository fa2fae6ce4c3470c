import numpy as np
import pytest
import tensorflow as tf
from models.harness import lively_model
from models.harness import moving_clips

KEY = tf.constant([0, 0])


def test_content_stays_that_of_the_last_context_frame():
    model, video = lively_model("mipae"), moving_clips(2)
    state = model.start(tf.constant(video[:, :3]), KEY)
    last = model.encode(tf.constant(video[:, 2:3]))["content"]
    np.testing.assert_allclose(state["fixed"], last, atol=1e-6)
    _, after = model.step(state, tf.constant(video[:, 5]))
    np.testing.assert_array_equal(after["fixed"], state["fixed"])


@pytest.mark.parametrize("name", ["mipae", "ae_lstm"])
def test_a_given_frame_becomes_the_code(name):
    model, video = lively_model(name), moving_clips(2)
    state = model.start(tf.constant(video[:, :2]), KEY)
    _, after = model.step(state, tf.constant(video[:, 4]))
    code = model.encode(tf.constant(video[:, 4:5]))[model.moving][:, 0]
    np.testing.assert_allclose(after["code"], code, atol=1e-6)


def test_a_forecast_is_decoded_from_predicted_codes():
    model, video = lively_model("mipae"), moving_clips(2)
    state = model.start(tf.constant(video[:, :2]), KEY)
    frame, after = model.step(state)
    codes = {"content": state["fixed"], "pose": after["code"][:, None]}
    np.testing.assert_allclose(model.decode(codes)[:, 0], frame, atol=1e-6)


def test_skips_come_from_the_reference():
    given = {"backbone": "dcgan_skips"}
    model, video = lively_model("mipae", **given), moving_clips(2)
    codes = model.encode(tf.constant(video[:, :2]))
    with pytest.raises(ValueError, match="--backbone=dcgan_skips .* reference"):
        model.decode(codes)
    one, two = (model.decode(codes, tf.constant(video[:, t])) for t in (0, 6))
    assert np.abs(one - two).max() > 1e-3


@pytest.mark.parametrize(
    "shape, message",
    [((32, 32, 1), "--backbone=dcgan takes frames of 64 or 128 pixels")],
)
def test_frames_of_another_size_are_refused(shape, message):
    with pytest.raises(ValueError, match=message):
        lively_model("mipae", shape)
