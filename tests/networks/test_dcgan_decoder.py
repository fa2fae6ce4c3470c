import numpy as np
import pytest
from networks.harness import conv_count
from networks.harness import kernel_count
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.dcgan_decoder import DCGANDecoder


def test_published_size():
    decoder = DCGANDecoder(3)
    decoder.build((None, 128 + 5))
    kernels = [(4, 133, 512)]
    kernels += [(4, 512, 256), (4, 256, 128), (4, 128, 64), (4, 64, 3)]
    assert kernel_count(decoder) == conv_count(kernels)
    assert conv_count(kernels) / 1e6 == pytest.approx(3.85, abs=0.005)


def test_published_size_with_skips():
    decoder = DCGANDecoder(3, skips=True)
    decoder.build((None, 128 + 5))
    kernels = [(4, 133, 512)]
    kernels += [(4, 1024, 256), (4, 512, 128), (4, 256, 64), (4, 128, 3)]
    assert kernel_count(decoder) == conv_count(kernels)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        DCGANDecoder,
        {"channels": 3, "width": 4, "frame_size": frame_size},
        input_shape=(2, 7),
        expected_output_shape=(2, frame_size, frame_size, 3),
    )


def test_saving(tmp_path):
    kwargs = {"channels": 1, "width": 4}
    run_saving_test(DCGANDecoder, kwargs, (2, 7), tmp_path)


def test_the_first_layer_is_a_transposed_convolution_of_one_pixel():
    (codes,) = random_inputs((2, 7))
    decoder = DCGANDecoder(1, width=1)
    decoder.build((None, 7))
    published = ConvBlock(8, 4, padding="valid", norm="none", transposed=True)
    published.build((None, 1, 1, 7))
    kernel = decoder.first.kernel.numpy().reshape(7, 4, 4, 8)
    published.conv.kernel.assign(kernel.transpose(1, 2, 3, 0))
    outputs = decoder.first(codes).numpy().reshape(2, 4, 4, 8)
    expected = published.conv(codes[:, None, None])
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
