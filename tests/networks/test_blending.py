import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import make_encoder
from mipae_tf.networks.backbones import skip_maps
from mipae_tf.networks.blending import BlendingDecoder
from mipae_tf.networks.blending import move_pixels
from mipae_tf.networks.point_motion import point_offsets


class FixedMaps(keras.layers.Layer):
    """A decoder whose maps are its codes, the same at all pixels."""

    skips = False

    def logits(self, codes, skips, training):
        return tf.tile(codes[:, None, None], [1, 6, 5, 1])


def known_frames(count=2, channels=1):
    draw = np.random.default_rng(0)
    return draw.random((count, 6, 5, channels), np.float32)


def loop_move(frames, offsets):
    """`move_pixels` pixel by pixel."""
    out = np.zeros_like(frames)
    count, height, width, _ = frames.shape
    for n, y, x in np.ndindex(count, height, width):
        row = min(max(y + offsets[n, y, x, 0], 0), height - 1)
        column = min(max(x + offsets[n, y, x, 1], 0), width - 1)
        for i, j in np.ndindex(2, 2):
            at = min(int(row) + i, height - 1), min(int(column) + j, width - 1)
            down, across = row - int(row), column - int(column)
            share = (down if i else 1 - down) * (across if j else 1 - across)
            out[n, y, x] += share * frames[n, at[0], at[1]]
    return out


def test_pixels_move_as_in_a_loop():
    frames = known_frames(channels=3)
    offsets = np.random.default_rng(1).normal(0, 3, (2, 6, 5, 2))
    offsets = offsets.astype(np.float32)
    found = move_pixels(tf.constant(frames), tf.constant(offsets))
    np.testing.assert_allclose(found, loop_move(frames, offsets), atol=1e-5)


def test_whole_offsets_shift_the_frame():
    frames = known_frames()
    offsets = np.broadcast_to(np.float32([2, -1]), (2, 6, 5, 2))
    found = move_pixels(tf.constant(frames), tf.constant(offsets)).numpy()
    np.testing.assert_array_equal(found[:, :4, 1:], frames[:, 2:, :4])
    np.testing.assert_array_equal(found[:, 5, 1:], frames[:, 5, :4])


def test_the_gradient_leads_to_the_true_offset():
    frames = tf.cumsum(tf.constant(known_frames()), axis=2)
    offset = tf.Variable([0.3, 0.3])
    with tf.GradientTape() as tape:
        grid = tf.broadcast_to(offset, [2, 6, 5, 2])
        loss = tf.reduce_sum(move_pixels(frames, grid))
    assert float(tape.gradient(loss, offset)[1]) > 1.0  # columns increase


@pytest.mark.parametrize("moves", [False, True])
def test_a_frame_is_the_sum_of_its_three_parts(moves):
    known = known_frames()
    codes = [[0.5, 1.0, -1.0, 0.25, -0.125], [-2.0, 0.0, 3.0, 0.0, 0.0]]
    codes = np.float32(codes)[:, : 5 if moves else 2]
    decoder = BlendingDecoder(FixedMaps(), moves)
    frames, drawn = decoder.with_drawn_share(
        tf.constant(codes), [tf.constant(known)], False
    )
    for n, code in enumerate(codes):
        logits = [2.0, *code[1 : 3 if moves else 2]]
        masks = np.exp(logits) / np.sum(np.exp(logits))
        expected = masks[0] * known[n] + masks[1] / (1 + np.exp(-code[0]))
        if moves:
            offsets = np.broadcast_to(8 * code[3:], (1, 6, 5, 2))
            expected += masks[2] * loop_move(known[n : n + 1], offsets)[0]
        np.testing.assert_allclose(frames[n], expected, atol=1e-5)
        np.testing.assert_allclose(drawn[n], masks[1], atol=1e-5)


@pytest.mark.parametrize("backbone", ["dcgan_skips", "coordinate"])
def test_first_frames_are_close_to_the_known_one(backbone):
    frames = np.random.default_rng(0).random((2, 64, 64, 3), np.float32)
    options = {"width": 4, "norm": "group"}
    encoder = make_encoder(backbone, "content", 7, **options)
    encoder.build((None, 64, 64, 3))
    decoder = make_decoder(backbone, 3, output="moved", **options)
    decoder.build((None, 7))
    codes, maps = skip_maps(encoder, decoder, tf.constant(frames), False)
    drawn = decoder(codes, skips=maps, training=False)
    assert drawn.shape == frames.shape
    # Of random noise, at least two thirds are copied.
    assert np.abs(drawn - frames).mean() < np.abs(0.5 - frames).mean() / 3


def test_a_copy_of_the_layer_draws_the_same():
    decoder = make_decoder("dcgan_skips", 1, output="moved", width=2)
    again = BlendingDecoder.from_config(decoder.get_config())
    assert again.moves and again.decoder.channels == 5


def test_the_known_frame_is_needed():
    decoder = BlendingDecoder(FixedMaps(), moves=False)
    with pytest.raises(ValueError, match="begin with the known frame"):
        decoder.with_drawn_share(tf.zeros([1, 2]), None)


def test_pixels_follow_a_point():
    """With one point that has moved by whole pixels and is chosen."""
    frames = np.random.default_rng(2).random((1, 64, 64, 1), np.float32)
    known = np.float32([[0.25, -0.5, 1.0]])
    moved = known + np.float32([[4 / 30, -2 / 30, 0.0]])  # 30 pixels are 1
    chosen = tf.fill([1, 64, 64, 1], 20.0)
    offsets = point_offsets(tf.constant(moved), tf.constant(known), chosen)
    np.testing.assert_allclose(offsets, np.full((1, 64, 64, 2), [-4, 2]), 1e-4)
    found = move_pixels(tf.constant(frames), offsets).numpy()
    np.testing.assert_allclose(found[:, 4:, :62], frames[:, :60, 2:], atol=1e-4)


def test_each_pixel_follows_its_own_point():
    known = np.float32([[0.0, 0.0, 1.0, 0.5, 0.5, 1.0]])
    moved = known + np.float32([[0.1, 0.0, 0.0, 0.0, 0.2, 9.0]])
    logits = np.full((1, 64, 64, 2), -30.0, np.float32)
    logits[:, :32, :, 0] = 30.0  # the upper half follows the first one
    logits[:, 32:40, :, 1] = 30.0  # a band the second, the rest none
    offsets = point_offsets(*map(tf.constant, (moved, known, logits)))
    np.testing.assert_allclose(offsets[0, :32, 0, 0], -3.0, atol=1e-4)
    np.testing.assert_allclose(offsets[0, 32:40, 9, 1], -6.0, atol=1e-4)
    np.testing.assert_allclose(offsets[0, 40:], 0.0, atol=1e-4)


def test_equal_points_do_not_move_pixels():
    maps = tf.random.stateless_normal([1, 64, 64, 1 + 4 + 2], (0, 1))
    maps *= tf.constant([1.0, 1.0, 1.0, 0.0, 0.0, 1.0, 1.0])  # no free offset
    decoder = BlendingDecoder(FixedLogits(maps), moves=True, points=2)
    codes = np.random.default_rng(3).normal(size=(1, 17)).astype(np.float32)
    codes[:, 11:] = codes[:, 5:11]
    known = np.random.default_rng(4).random((1, 64, 64, 1), np.float32)
    still, _ = decoder.with_drawn_share(tf.constant(codes), [known])
    masks = tf.nn.softmax(
        tf.concat([tf.fill([1, 64, 64, 1], 2.0), maps[..., 1:3]], -1)
    )
    expected = (1 - masks[..., 1:2]) * known
    expected += masks[..., 1:2] * tf.sigmoid(maps[..., :1])
    np.testing.assert_allclose(still, expected, atol=1e-5)
    codes[:, 11:] += 0.5
    moved, _ = decoder.with_drawn_share(tf.constant(codes), [known])
    assert np.abs(moved - still).max() > 0.05


class FixedLogits(keras.layers.Layer):
    """A decoder that always gives the same maps."""

    skips = False

    def __init__(self, maps):
        super().__init__()
        self.maps = maps

    def logits(self, codes, skips, training):
        return self.maps
