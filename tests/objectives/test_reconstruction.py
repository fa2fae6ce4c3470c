import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.objectives.reconstruction import FRAME
from mipae_tf.objectives.reconstruction import frame_error
from mipae_tf.objectives.reconstruction import reconstruction_error

LOGITS = np.array([[-2.0, 0.0], [1.0, 3.0]], np.float32)
FRAMES = np.array([[0.0, 0.25], [1.0, 0.5]], np.float32)
DRAWN = 1.0 / (1.0 + np.exp(-LOGITS))


def test_errors_by_hand():
    mse = reconstruction_error("mse", LOGITS, FRAMES)
    assert float(mse) == pytest.approx(np.mean((DRAWN - FRAMES) ** 2), rel=1e-5)
    miss = FRAMES * np.log(DRAWN) + (1.0 - FRAMES) * np.log(1.0 - DRAWN)
    bce = reconstruction_error("bce", LOGITS, FRAMES)
    assert float(bce) == pytest.approx(-miss.mean(), rel=1e-5)


def test_cross_entropy_has_a_gradient_for_a_saturated_sigmoid():
    logits, frames = tf.constant([-30.0]), tf.constant([1.0])
    pulls = {}
    for kind in ("mse", "bce"):
        with tf.GradientTape() as tape:
            tape.watch(logits)
            error = reconstruction_error(kind, logits, frames)
        pulls[kind] = float(tape.gradient(error, logits)[0])
    assert pulls["bce"] == pytest.approx(-1.0)
    assert abs(pulls["mse"]) < 1e-6


@pytest.mark.parametrize("kind", ["mse", "bce"])
def test_the_mean_of_the_errors_of_frames_is_the_error(kind):
    draw = np.random.default_rng(0)
    logits = draw.normal(size=[2, 3, 4, 5, 1]).astype(np.float32)
    frames = draw.random([2, 3, 4, 5, 1], np.float32)
    each = reconstruction_error(kind, logits, frames, FRAME)
    assert each.shape == [2, 3]
    one = reconstruction_error(kind, logits[1, 2], frames[1, 2])
    np.testing.assert_allclose(each[1, 2], one, rtol=1e-5)
    drawn = frame_error(kind, tf.sigmoid(logits), frames, FRAME)
    np.testing.assert_allclose(drawn, each, rtol=1e-4)


@pytest.mark.parametrize("kind", ["mse", "bce"])
def test_errors_of_frames_are_those_of_their_logits(kind):
    expected = float(reconstruction_error(kind, LOGITS, FRAMES))
    found = frame_error(kind, tf.sigmoid(LOGITS), FRAMES)
    assert float(found) == pytest.approx(expected, rel=1e-4)


def test_the_cross_entropy_of_black_and_white_frames_is_finite():
    frames = tf.constant([[[[0.0], [1.0]]]])
    assert np.isfinite(frame_error("bce", 1.0 - frames, frames))
