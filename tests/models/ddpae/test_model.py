import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models import Context


@pytest.fixture(scope="module")
def model():
    return random_model("ddpae")


@pytest.fixture(scope="module")
def clips():
    return tf.constant(moving_clips(2)[:, :3])


def test_a_frame_is_the_sum_of_its_components(model, clips):
    alone = model.components(clips, horizon=2)
    assert alone.shape == (2, 5, 2, 64, 64, 1)
    summed = np.minimum(np.sum(alone, axis=2), 1.0)
    np.testing.assert_allclose(
        model.decode(model.encode(clips)), summed[:, :3], atol=1e-5
    )
    state = model.start(Context(clips), tf.constant([0, 0]))
    for time in (3, 4):
        frame, state = model.step(state)
        np.testing.assert_allclose(frame, summed[:, time], atol=1e-5)


def test_masks_are_the_brightness_of_each_component(model, clips):
    alone = model.components(clips).numpy()
    masks = model.segment(clips).numpy()
    np.testing.assert_allclose(
        masks.sum(axis=-1),
        np.minimum(alone.sum(axis=2), 1.0)[..., 0],
        atol=1e-5,
    )
    part = alone[:, :, 1, ..., 0] / np.maximum(alone.sum(axis=2)[..., 0], 1e-9)
    bright = masks.sum(axis=-1) > 0.1
    share = masks[..., 1] / np.maximum(masks.sum(axis=-1), 1e-9)
    np.testing.assert_allclose(share[bright], part[bright], atol=1e-5)


def test_a_seed_draws_samples(model, clips):
    means, drawn = model.encode(clips), model.encode(clips, seed=1)
    for name in ("content", "pose"):
        assert np.abs(drawn[name] - means[name]).max() > 1e-3


def test_the_number_of_components_is_free(clips):
    one = random_model("ddpae", components=1)
    assert one.segment(clips).shape == (2, 3, 64, 64, 1)
    found = one.encode(clips)
    assert found["content"].shape == (2, 1, 5)
    assert found["pose"].shape == (2, 3, 1, 3)


@pytest.mark.slow
def test_an_unknown_number_of_frames(model, clips):
    """As in an exported model."""
    frames = tf.TensorSpec([None, None, 64, 64, 1], tf.uint8)
    encode = tf.function(model.encode, input_signature=[frames])
    found, expected = encode(clips), model.encode(clips)
    for name in ("content", "pose"):
        np.testing.assert_allclose(found[name], expected[name], atol=1e-5)
