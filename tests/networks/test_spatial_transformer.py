import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.networks.spatial_transformer import inverse
from mipae_tf.networks.spatial_transformer import resample

random = np.random.default_rng(0)
# Scale with which pixels of a canvas of 32 fall on pixels of a frame of 64.
EXACT = 63.0 / 31.0


def sampled(images, scale, shift, size):
    return resample(
        tf.constant(images, tf.float32),
        tf.constant([scale], tf.float32),
        tf.constant([shift], tf.float32),
        size,
    ).numpy()


def smooth_canvas():
    at = np.linspace(-1.0, 1.0, 32)
    bump = np.exp(-4.0 * (at[:, None] ** 2 + (at - 0.2) ** 2))
    return bump[None, :, :, None]


def test_scale_one_without_shift_is_the_identity():
    images = random.random((1, 5, 7, 3))
    found = sampled(images, [1.0], [0.0, 0.0], (5, 7))
    np.testing.assert_allclose(found, images, atol=1e-5)


def test_by_hand():
    row = np.array([[10.0, 20.0, 40.0]])[None, :, :, None].repeat(2, axis=1)
    # The result has coordinates -1, 0, 1; a pixel is a distance of 1.
    found = sampled(row, [1.0, 1.0], [-0.5, 0.0], (2, 3))[0, 0, :, 0]
    np.testing.assert_allclose(found, [5.0, 15.0, 30.0], atol=1e-5)
    found = sampled(row, [0.5, 1.0], [0.0, 0.0], (2, 3))[0, 1, :, 0]
    np.testing.assert_allclose(found, [15.0, 20.0, 30.0], atol=1e-5)
    found = sampled(row, [1.0, 1.0], [1.75, 0.0], (2, 3))[0, 0, :, 0]
    np.testing.assert_allclose(found, [35.0, 10.0, 0.0], atol=1e-4)


def test_x_is_to_the_right_and_y_downwards():
    image = np.zeros((1, 5, 5, 1))
    image[0, 1, 3] = 1.0
    pixel = 2.0 / 4.0
    right = sampled(image, [1.0], [pixel, 0.0], (5, 5))[0, :, :, 0]
    assert np.argwhere(right > 0.5).tolist() == [[1, 2]]
    down = sampled(image, [1.0], [0.0, pixel], (5, 5))[0, :, :, 0]
    assert np.argwhere(down > 0.5).tolist() == [[0, 3]]


def test_scale_two_fills_the_central_half():
    frame = sampled(np.ones((1, 32, 32, 1)), [2.0], [0.0, 0.0], (64, 64))
    row = frame[0, 32, :, 0]
    np.testing.assert_allclose(row[16:48], 1.0, atol=1e-5)
    # Pixel 15 is at -33 / 63, twice that is 1.5 / 63 of the canvas outside.
    share = 1.0 - 3.0 / 63.0 / 2.0 * 31.0
    np.testing.assert_allclose(row[[15, 48]], share, atol=1e-4)
    assert np.abs(row[:15]).max() == np.abs(row[49:]).max() == 0.0


@pytest.mark.parametrize("right, down", [(0, 0), (-5, 11)])
def test_a_paste_on_whole_pixels_and_its_crop_are_exact(right, down):
    canvas = random.random((1, 32, 32, 2))
    shift = np.array([-right, -down]) * 2 / 31
    frame = sampled(canvas, [EXACT], shift, (64, 64))
    expected = np.zeros((1, 64, 64, 2))
    top, left = 16 + down, 16 + right
    expected[:, top : top + 32, left : left + 32] = canvas
    np.testing.assert_allclose(frame, expected, atol=1e-4)
    back = sampled(frame, *inverse(np.array([EXACT]), shift), (32, 32))
    np.testing.assert_allclose(back, canvas, atol=1e-4)


@pytest.mark.parametrize("scale", [1.3, 2.0, 2.7])
def test_the_crop_of_a_paste_is_the_canvas_but_for_blur(scale):
    canvas, shift = smooth_canvas(), np.array([0.2, -0.1])
    frame = sampled(canvas, [scale], shift, (64, 64))
    back = sampled(frame, *inverse(np.array([scale]), shift), (32, 32))
    assert np.abs(back - canvas)[:, 1:-1, 1:-1].max() < 0.02
    other = sampled(frame, [1.0 / scale], [0.0, 0.0], (32, 32))
    assert np.abs(other - canvas).max() > 0.1


def test_gradients():
    """A ramp of slope 1 per pixel: 2 pixels to a coordinate of 1."""
    ramp = tf.constant(np.arange(5.0).reshape(1, 1, 5, 1), tf.float32)
    ramp = tf.repeat(ramp, 3, axis=1)
    scale, shift = tf.constant([[0.5, 0.5]]), tf.constant([[0.1, 0.1]])
    with tf.GradientTape() as tape:
        tape.watch([ramp, scale, shift])
        pixel = resample(ramp, scale, shift, (1, 2))[0, 0, 1, 0]
    for_image, for_scale, for_shift = tape.gradient(pixel, [ramp, scale, shift])
    np.testing.assert_allclose(for_shift, [[2.0, 0.0]], atol=1e-5)
    # u = 1 in x, and in y, whose only pixel is at -1.
    np.testing.assert_allclose(for_scale, [[2.0, 0.0]], atol=1e-5)
    np.testing.assert_allclose(np.sum(for_image), 1.0, atol=1e-5)
