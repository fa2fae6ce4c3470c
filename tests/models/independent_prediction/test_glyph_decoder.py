import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models.independent_prediction.glyph_decoder import GlyphDecoder
from mipae_tf.models.independent_prediction.glyph_decoder import paste


def glyphs(count=1, size=4):
    random = np.random.default_rng(0)
    return random.uniform(0.1, 1.0, (count, size, size, 3)).astype("float32")


def pasted(glyph, position, frame_size=8):
    positions = tf.constant([position], tf.float32)
    return paste(tf.constant(glyph), positions, frame_size).numpy()[0]


def test_a_glyph_is_pasted_at_its_position():
    glyph = glyphs()
    frame = pasted(glyph, (0.0, 0.0))
    np.testing.assert_allclose(frame[2:6, 2:6], glyph[0], atol=1e-6)
    assert frame.sum() == pytest.approx(glyph.sum(), rel=1e-5)
    # A quarter of the frame is two pixels: one row down, two columns left.
    frame = pasted(glyph, (0.5, -1.0))
    np.testing.assert_allclose(frame[3:7, 0:4], glyph[0], atol=1e-6)


def test_positions_between_pixels_are_interpolated():
    glyph = glyphs()
    whole, next_row = pasted(glyph, (0.0, 0.0)), pasted(glyph, (0.5, 0.0))
    np.testing.assert_allclose(
        pasted(glyph, (0.125, 0.0)), 0.75 * whole + 0.25 * next_row, atol=1e-6
    )


def test_a_glyph_is_cropped_at_the_edge():
    glyph = glyphs()
    np.testing.assert_allclose(
        pasted(glyph, (2.0, 0.0))[6:, 2:6], glyph[0, :2], atol=1e-6
    )
    assert pasted(glyph, (4.0, 0.0)).max() == 0.0


def test_each_glyph_of_a_batch_has_its_own_position():
    both = glyphs(2)
    frames = paste(tf.constant(both), tf.constant([[0.0, 0.0], [0.5, 0.0]]), 8)
    np.testing.assert_allclose(
        frames[0], pasted(both[:1], (0.0, 0.0)), atol=1e-6
    )
    np.testing.assert_allclose(
        frames[1], pasted(both[1:], (0.5, 0.0)), atol=1e-6
    )


def test_positions_and_appearances_have_gradients():
    decoder = GlyphDecoder(channels=3, width=2)
    codes = tf.Variable(
        np.random.default_rng(0).normal(size=(2, 5)), dtype="float32"
    )
    target = np.random.default_rng(1).uniform(size=(2, 64, 64, 3))
    with tf.GradientTape() as tape:
        drawn = decoder(codes)
        error = tf.reduce_mean((drawn - target.astype("float32")) ** 2)
    assert drawn.shape == (2, 64, 64, 3)
    assert np.abs(tape.gradient(error, codes)).min() > 0.0


def test_the_frame_is_zero_outside_the_glyph():
    decoder = GlyphDecoder(channels=1, width=2)
    codes = np.zeros((1, 5), np.float32)
    codes[0, -2:] = -1.0  # the center of the upper left quadrant
    drawn = decoder(tf.constant(codes)).numpy()[0]
    assert drawn[:32, :32].min() > 0.0
    assert drawn[32:].max() == 0.0 and drawn[:, 32:].max() == 0.0


def test_bfloat16_keeps_positions_in_float32():
    whole = GlyphDecoder(channels=1, width=2)
    half = GlyphDecoder(channels=1, width=2, dtype="mixed_bfloat16")
    codes = tf.constant([[0.3, -0.2, 0.1, 0.013, 0.511]])
    expected = whole(codes)
    half(codes)
    half.set_weights(whole.get_weights())
    assert half(codes).dtype == tf.float32
    np.testing.assert_allclose(half(codes), expected, atol=0.01)


def test_serialization_and_frame_size():
    decoder = GlyphDecoder(channels=3, width=2, frame_size=128)
    again = GlyphDecoder.from_config(decoder.get_config())
    assert again(tf.zeros([1, 4])).shape == (1, 128, 128, 3)
    with pytest.raises(ValueError, match="frame_size"):
        GlyphDecoder(channels=3, frame_size=32)
