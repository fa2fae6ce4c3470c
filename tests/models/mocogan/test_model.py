"""MoCoGAN generates without an encoder and forecasts with one."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model
from models.harness import run_model_test

from mipae_tf.models import Context
from mipae_tf.models.mocogan.generator import Codes

FRAME = (16, 16, 1)
KEY = tf.constant([0, 0])
WITH_ENCODER = {"encoder": True, "categories": 0}


@pytest.fixture(scope="module")
def plain():
    return random_model("mocogan", FRAME)


@pytest.fixture(scope="module")
def encoding():
    return random_model("mocogan", FRAME, **WITH_ENCODER)


@pytest.mark.slow
def test_contract_with_an_encoder():
    run_model_test("mocogan", WITH_ENCODER)


def test_what_is_offered(plain, encoding):
    generates, forecasts = ("generate",), ("forecast", "encode", "decode")
    assert all(plain.offers(x) and not encoding.offers(x) for x in generates)
    assert all(encoding.offers(x) and not plain.offers(x) for x in forecasts)
    assert not plain.latents
    assert [x.role for x in encoding.latents] == ["content", "pose"]
    with pytest.raises(ValueError, match="no forecast without --encoder"):
        plain.forecast(moving_clips(1, 3, FRAME), 2)
    with pytest.raises(NotImplementedError, match="no generate with --encoder"):
        encoding.generate(1, 2)


def test_every_content_is_drawn_with_every_motion(plain):
    network, key = plain.network, tf.constant([4, 0])
    grid = plain.generate_grid(2, 3, 4, seed=4)
    contents = network.sample_content(2, key)
    categories = network.sample_category(3, key)
    motions = network.sample_motion(3, 4, key)
    for content, motion in np.ndindex(2, 3):
        codes = Codes(
            contents[content][None],
            categories[motion][None],
            motions[motion][None],
        )
        frames = 0.5 * (network.frames(codes)[0] + 1.0)
        np.testing.assert_allclose(grid[content, motion], frames, atol=1e-5)


def test_codes_are_of_the_whole_context(encoding):
    """The content is a mean over frames, the motion depends on the past."""
    video = tf.constant(moving_clips(2, 5, FRAME))
    whole = encoding.encode(video)
    alone = [encoding.encode(video[:, t : t + 1]) for t in range(5)]
    mean = np.mean([code["content"] for code in alone], axis=0)
    np.testing.assert_allclose(whole["content"], mean, atol=1e-5)
    past = encoding.encode(video[:, :3])["motion"]
    np.testing.assert_allclose(whole["motion"][:, :3], past, atol=1e-5)
    assert np.abs(whole["motion"][:, 1] - alone[1]["motion"][:, 0]).max() > 0.01


def test_frames_are_decoded_from_content_and_motion(encoding):
    codes = encoding.encode(tf.constant(moving_clips(2, 3, FRAME)))
    frames = encoding.decode(codes)
    later = tf.constant([0.0, 0.0, 1.0])[None, :, None]
    moved = encoding.decode({**codes, "motion": codes["motion"] + later})
    apart = np.abs(moved - frames).max(axis=(0, 2, 3, 4))
    np.testing.assert_array_equal(apart > 1e-6, [False, False, True])
    other = encoding.decode({**codes, "content": codes["content"] + 1.0})
    assert (np.abs(other - frames).max(axis=(0, 2, 3, 4)) > 1e-6).all()


def test_a_forecast_continues_the_motion_of_the_context(encoding):
    video = tf.constant(moving_clips(2, 4, FRAME))
    state = encoding.start(Context(video), KEY)
    codes = encoding.encode(video)
    motion = codes["motion"][:, -1]
    keys = []
    for _ in range(2):
        keys.append(tuple(state["key"].numpy()))
        noise = tf.random.stateless_normal([2, 3], state["key"])
        motion = encoding.network.motion.step(noise, motion)
        drawn, state = encoding.step(state)
        latents = {"content": codes["content"], "motion": motion[:, None]}
        expected = encoding.decode(latents)[:, 0]
        np.testing.assert_allclose(drawn, expected, atol=1e-5)
    assert len(set(keys)) == 2


def test_a_given_frame_is_one_more_context_frame(encoding):
    video = tf.constant(moving_clips(2, 4, FRAME))
    short = encoding.start(Context(video[:, :3]), KEY)
    _, found = encoding.step(short, video[:, 3])
    expected = encoding.start(Context(video), KEY)
    for name in ("content", "frames", "motion"):
        np.testing.assert_allclose(found[name], expected[name], atol=1e-5)


def test_training_and_forecasts_infer_the_same_codes(encoding):
    video = tf.constant(moving_clips(2, 4, FRAME))
    signed = tf.cast(video, tf.float32) / 127.5 - 1.0
    codes = encoding.network.infer(signed, tf.zeros([2, 2, 3]))
    found = encoding.encode(video)
    np.testing.assert_allclose(codes.content, found["content"], atol=1e-5)
    np.testing.assert_allclose(codes.motion[:, :4], found["motion"], atol=1e-5)
    assert codes.motion.shape == (2, 6, 3)
