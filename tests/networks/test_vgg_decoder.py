import numpy as np
import pytest
import tensorflow as tf
from networks.harness import conv_count
from networks.harness import kernel_count
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.vgg_decoder import VGGDecoder


def test_published_size():
    decoder = VGGDecoder(3, skips=True)
    decoder.build((None, 128 + 10))
    kernels = (
        [(4, 138, 512)]
        + [(3, 512 + 512, 512), (3, 512, 512), (3, 512, 256)]
        + [(3, 256 + 256, 256), (3, 256, 256), (3, 256, 128)]
        + [(3, 128 + 128, 128), (3, 128, 64)]
        + [(3, 64 + 64, 64), (3, 64, 3)]
    )
    assert kernel_count(decoder) == conv_count(kernels)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        VGGDecoder,
        {"channels": 3, "width": 2, "frame_size": frame_size},
        input_shape=(2, 7),
        expected_output_shape=(2, frame_size, frame_size, 3),
    )


def test_saving(tmp_path):
    kwargs = {"channels": 1, "width": 2}
    run_saving_test(VGGDecoder, kwargs, (2, 7), tmp_path)


def test_upsampling_repeats_pixels():
    pixels = tf.constant([[1.0, 2.0], [3.0, 4.0]])[None, :, :, None]
    doubled = VGGDecoder(1, width=2).upsampling(pixels)[0, :, :, 0]
    expected = np.repeat(np.repeat([[1, 2], [3, 4]], 2, 0), 2, 1)
    np.testing.assert_array_equal(doubled, expected)
