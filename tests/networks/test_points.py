"""The encoder and the decoder of the backbone `points`."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import make_encoder
from mipae_tf.networks.backbones import skip_maps
from mipae_tf.networks.point_decoder import blobs

CELL = 2 / 15  # of the 16 by 16 grid, in coordinates


def sharp_encoder(points=4, frame_size=64):
    """A point encoder whose points are at the brightest places."""
    keras.utils.set_random_seed(0)
    encoder = make_encoder(
        "points", "pose", 3 * points, width=4, frame_size=frame_size
    )
    encoder.build((None, frame_size, frame_size, 1))
    encoder.heat.kernel.assign(40 * encoder.heat.kernel)
    return encoder


def square_at(row, column, size=64):
    frame = np.zeros((1, size, size, 1), np.float32)
    frame[0, row : row + 8, column : column + 8] = 1.0
    return tf.constant(frame)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_points_move_with_what_they_are_on(frame_size):
    encoder, cell = sharp_encoder(frame_size=frame_size), frame_size // 16
    here = encoder(square_at(24, 24, frame_size))
    there = encoder(square_at(24 + 2 * cell, 24 - cell, frame_size))
    moved = np.reshape(there - here, (4, 3))
    on_square = np.abs(moved[:, 0]) > 0.5 * CELL  # others are on the background
    assert on_square.any()
    expected = np.float32([2 * CELL, -CELL, 0])
    for point in moved[on_square]:
        np.testing.assert_allclose(point, expected, atol=0.02)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_the_border_does_not_attract_points(frame_size):
    """Zeros beyond the border would be an edge; points would settle on it."""
    encoder = sharp_encoder(frame_size=frame_size)
    grey = tf.fill([1, frame_size, frame_size, 1], 0.7)
    found = tf.reshape(encoder(grey), [4, 3])
    np.testing.assert_allclose(found[:, :2], 0.0, atol=1e-4)


def test_a_point_is_a_gaussian_times_its_strength():
    points = np.float32([[0.2, -0.6, 3.0, 1.0, 1.0, -1.0]])
    found = blobs(tf.constant(points)).numpy()
    assert found.shape == (1, 16, 16, 2)
    rows, columns = np.mgrid[:16, :16]
    for n, (row, column, strength) in enumerate(points.reshape(2, 3)):
        away = [
            (at - 7.5 * (place + 1)) / 1.25
            for at, place in ((rows, row), (columns, column))
        ]
        expected = strength * np.exp(-0.5 * (away[0] ** 2 + away[1] ** 2))
        np.testing.assert_allclose(found[0, ..., n], expected, atol=1e-4)


def test_two_codes_give_the_blobs_of_both():
    draw = np.random.default_rng(0)
    one, two = (tf.constant(draw.random((2, 6), np.float32)) for _ in range(2))
    both = blobs(tf.concat([one, two], axis=-1))
    np.testing.assert_array_equal(both[..., :2], blobs(one))
    np.testing.assert_array_equal(both[..., 2:], blobs(two))


def test_what_is_drawn_moves_with_the_points():
    """Without norm and away from the border, the decoder is equivariant."""
    keras.utils.set_random_seed(0)
    decoder = make_decoder("points", 1, width=4, norm="none", pose_dim=3)
    decoder.build((None, 5 + 3))
    for variable in decoder.trainable_variables:
        variable.assign(variable * 10)
    encoder = make_encoder("points", "content", 5, width=4, norm="none")
    encoder.build((None, 64, 64, 1))
    maps = [
        tf.zeros_like(each)
        for each in encoder.with_skips(tf.zeros([1, 64, 64, 1]))[1]
    ]

    def drawn(row, column):
        code = tf.constant([[0.0] * 5 + [row, column, 1.0]])
        return decoder.logits(code, maps).numpy()[0, ..., 0]

    one, other = drawn(-CELL, 0.0), drawn(CELL, -2 * CELL)
    np.testing.assert_allclose(
        one[16:40, 24:48], other[24:48, 16:40], atol=2e-2 * np.ptp(one)
    )
    assert np.abs(one[16:40, 24:48] - other[16:40, 24:48]).max() > 0.2 * np.ptp(
        one
    )


@pytest.mark.parametrize("frame_size", [64, 128])
def test_shapes(frame_size):
    options = {"width": 4, "frame_size": frame_size, "norm": "group"}
    frames = tf.random.uniform([2, frame_size, frame_size, 3])
    encoder = make_encoder("points", "content", 5, **options)
    encoder.build((None, frame_size, frame_size, 3))
    decoder = make_decoder("points", 3, pose_dim=6, **options)
    decoder.build((None, 11))
    codes, maps = skip_maps(encoder, decoder, frames, False)
    points = tf.random.uniform([2, 6])
    drawn = decoder(tf.concat([codes, points], -1), skips=maps, training=False)
    assert drawn.shape == frames.shape


def test_a_pose_has_three_values_per_point():
    with pytest.raises(
        ValueError, match="--pose_dim=7 must be a multiple of 3"
    ):
        make_encoder("points", "pose", 7)
    with pytest.raises(ValueError, match="--code for --backbone=points"):
        make_encoder("points", "pose", 6, activation="tanh")
    decoder = make_decoder("points", 1, pose_dim=3)
    decoder.build((None, 8))
    with pytest.raises(ValueError, match="skips must hold"):
        decoder.logits(tf.zeros([1, 8]))
