import numpy as np
import pytest
import tensorflow as tf
from networks.harness import conv_count
from networks.harness import kernel_count
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.resnet_encoder import ResNetEncoder


def test_published_size():
    encoder = ResNetEncoder(10)
    encoder.build((None, 64, 64, 3))
    kernels = [(5, 3, 64)] + 4 * [(3, 64, 64)]
    for into, out in [(64, 128), (128, 256), (256, 512)]:
        kernels += [(3, into, out), (1, into, out)] + 3 * [(3, out, out)]
    kernels += [(3, 512, 10)]
    assert kernel_count(encoder) == conv_count(kernels)


@pytest.mark.parametrize(
    "frame_size, sizes",
    [(64, [33, 17, 17, 9, 5, 3]), (128, [65, 33, 33, 17, 9, 5])],
)
def test_the_map_of_every_stage(frame_size, sizes):
    encoder = ResNetEncoder(5, width=2, frame_size=frame_size)
    (frames,) = random_inputs((1, frame_size, frame_size, 3))
    codes, maps = encoder.with_skips(frames)
    expected = [
        (1, size, size, channels)
        for size, channels in zip(sizes, [2, 2, 2, 4, 8, 16], strict=True)
    ]
    assert [tuple(x.shape) for x in maps] == expected
    assert encoder.head(maps[-1]).shape == (1, 1, 1, 5)
    assert codes.shape == (1, 5)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        ResNetEncoder,
        {"code_dim": 5, "width": 2, "frame_size": frame_size},
        input_shape=(2, frame_size, frame_size, 3),
        expected_output_shape=(2, 5),
    )


def test_saving(tmp_path):
    kwargs = {"code_dim": 5, "width": 2}
    run_saving_test(ResNetEncoder, kwargs, (2, 64, 64, 3), tmp_path)


def test_pooling_is_that_of_pytorch_on_a_map_that_is_not_negative():
    (maps,) = random_inputs((2, 33, 33, 3))
    pooled = ResNetEncoder(5, width=2).stages[1](maps)
    padded = np.pad(
        maps, [(0, 0), (1, 1), (1, 1), (0, 0)], constant_values=-np.inf
    )
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (3, 3), axis=(1, 2)
    )[:, ::2, ::2]  # [batch, height, width, channel, 3, 3]
    np.testing.assert_array_equal(pooled, windows.max((-1, -2)))


def test_the_map_that_is_pooled_is_not_negative():
    encoder = ResNetEncoder(5, width=4)
    (frames,) = random_inputs((2, 64, 64, 3))
    stem = encoder.stages[0](frames, training=True)
    assert float(tf.reduce_min(stem)) >= 0
