import functools

import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models import Context

KEY = tf.constant([0, 0])


def test_the_content_is_that_of_the_last_context_frame():
    model, video = random_model("mipae"), moving_clips(2)
    state = model.start(Context(tf.constant(video[:, :3])), KEY)
    last = model.encode(tf.constant(video[:, 2:3]))["content"]
    np.testing.assert_allclose(state["reference"]["content"], last, atol=1e-6)
    _, after = model.step(state, tf.constant(video[:, 5]))
    np.testing.assert_array_equal(
        after["reference"]["content"], state["reference"]["content"]
    )


@pytest.mark.parametrize("name", ["mipae", "ae_lstm"])
def test_a_given_frame_replaces_the_predicted_code(name):
    model, video = random_model(name), moving_clips(2)
    state = model.start(Context(tf.constant(video[:, :2])), KEY)
    _, after = model.step(state, tf.constant(video[:, 4]))
    code = model.encode(tf.constant(video[:, 4:5]))[model.config.MOVING_LATENT][
        :, 0
    ]
    np.testing.assert_allclose(after["code"], code, atol=1e-6)


def test_a_forecast_is_decoded_from_predicted_codes():
    model, video = random_model("mipae"), moving_clips(2)
    state = model.start(Context(tf.constant(video[:, :2])), KEY)
    frame, after = model.step(state)
    codes = {
        "content": state["reference"]["content"],
        "pose": after["code"][:, None],
    }
    np.testing.assert_allclose(model.decode(codes)[:, 0], frame, atol=1e-6)


def test_skip_maps_are_those_of_the_reference():
    given = {"backbone": "dcgan_skips"}
    model, video = random_model("mipae", **given), moving_clips(2)
    codes = model.encode(tf.constant(video[:, :2]))
    with pytest.raises(
        ValueError, match="MIPAE decodes with .* needs reference"
    ):
        model.decode(codes)
    one, two = (model.decode(codes, tf.constant(video[:, t])) for t in (0, 6))
    assert np.abs(one - two).max() > 1e-3


def test_skip_maps_are_computed_once_per_forecast(monkeypatch):
    model, video = random_model("mipae", backbone="dcgan_skips"), moving_clips()
    encoder, calls = model.network.content_encoder, []
    call = encoder.call

    @functools.wraps(call)
    def counted(frames, **kwargs):
        calls.append(len(frames))
        return call(frames, **kwargs)

    monkeypatch.setattr(encoder, "call", counted)
    state = model.start(Context(tf.constant(video[:2, :3])), KEY)
    for _ in range(3):
        _, state = model.step(state)
    assert calls == [2]


@pytest.mark.parametrize(
    "shape, message",
    [((32, 32, 1), "--backbone=dcgan needs frames of 64 or 128 pixels")],
)
def test_an_unsupported_frame_size_is_refused(shape, message):
    with pytest.raises(ValueError, match=message):
        random_model("mipae", shape)
