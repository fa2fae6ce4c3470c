import keras
import numpy as np
import tensorflow as tf

from mipae_tf.networks.broadcast_decoder import BroadcastDecoder
from mipae_tf.networks.coordinates import coordinate_grid
from mipae_tf.networks.coordinates import with_coordinates


def test_coordinates_are_x_and_y():
    grid = coordinate_grid(3, 5).numpy()
    np.testing.assert_allclose(grid[..., 0], [[-1, -0.5, 0, 0.5, 1]] * 3)
    np.testing.assert_allclose(grid[..., 1].T, [[-1, 0, 1]] * 5)
    maps = tf.random.stateless_uniform([2, 3, 5, 4], [0, 1])
    found = with_coordinates(maps)
    np.testing.assert_array_equal(found[..., :4], maps)
    np.testing.assert_array_equal(found[1, ..., 4:], grid)


def test_every_place_is_given_the_code_and_its_coordinates():
    """A network that passes its inputs on shows them."""
    decoder = BroadcastDecoder(16, channels=3, width=4, first_bias=(0, 1, -2))
    decoder.build((None, 2))
    seen = []
    decoder.hidden.call = lambda maps, training=None: (
        seen.append(maps) or tf.zeros([2, 16, 16, 4])
    )
    out = decoder(tf.constant([[5.0, 6.0], [7.0, 8.0]]))
    assert seen[0].shape == (2, 4, 4, 4)
    np.testing.assert_array_equal(seen[0][1, ..., :2], [[[7, 8]] * 4] * 4)
    np.testing.assert_allclose(seen[0][0, ..., 2:], coordinate_grid(4, 4))
    # The initial bias.
    np.testing.assert_array_equal(out, np.tile([0, 1, -2], [2, 16, 16, 1]))


def test_a_decoder_can_be_saved_as_a_config():
    decoder = BroadcastDecoder(8, channels=2, width=3, name="decoder")
    copy = BroadcastDecoder.from_config(decoder.get_config())
    for each in (decoder, copy):
        each.build((None, 5))
    copy.set_weights(decoder.get_weights())
    codes = tf.random.stateless_normal([3, 5], [0, 1])
    assert decoder(codes).shape == (3, 8, 8, 2)
    np.testing.assert_array_equal(decoder(codes), copy(codes))
    assert keras.saving.deserialize_keras_object(
        keras.saving.serialize_keras_object(decoder)
    )
