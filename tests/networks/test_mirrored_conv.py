import keras
import numpy as np
import pytest

from mipae_tf.networks.mirrored_conv import MirroredConv2D


@pytest.mark.parametrize(("size", "strides"), [(3, 1), (4, 2)])
def test_the_input_goes_on_as_in_a_mirror(size, strides):
    x = np.random.default_rng(0).random((2, 8, 6, 3), np.float32)
    layer = MirroredConv2D(5, size, strides=strides)
    layer.build(x.shape)
    plain = keras.layers.Conv2D(5, size, strides=strides)
    padded = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], mode="symmetric")
    plain.build(padded.shape)
    plain.set_weights(layer.get_weights())
    found = layer(x)
    np.testing.assert_allclose(found, plain(padded), atol=1e-6)
    assert layer.compute_output_shape(x.shape) == found.shape
    assert found.shape == (2, 8 // strides, 6 // strides, 5)
    again = MirroredConv2D.from_config(layer.get_config())
    again.build(x.shape)
    again.set_weights(layer.get_weights())
    np.testing.assert_array_equal(again(x), found)
