import pytest
from networks.harness import conv_count
from networks.harness import kernel_count
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.vgg_encoder import VGGEncoder


def test_published_size():
    encoder = VGGEncoder(128)
    encoder.build((None, 64, 64, 3))
    kernels = (
        [(3, 3, 64), (3, 64, 64)]
        + [(3, 64, 128), (3, 128, 128)]
        + [(3, 128, 256), (3, 256, 256), (3, 256, 256)]
        + [(3, 256, 512), (3, 512, 512), (3, 512, 512)]
        + [(4, 512, 128)]
    )
    assert kernel_count(encoder) == conv_count(kernels)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        VGGEncoder,
        {"code_dim": 6, "width": 2, "frame_size": frame_size},
        input_shape=(2, frame_size, frame_size, 3),
        expected_output_shape=(2, 6),
    )


def test_saving(tmp_path):
    kwargs = {"code_dim": 6, "width": 2}
    run_saving_test(VGGEncoder, kwargs, (2, 64, 64, 3), tmp_path)


@pytest.mark.parametrize(
    "frame_size, sizes, channels",
    [
        (64, [64, 32, 16, 8], [2, 4, 8, 16]),
        (128, [128, 64, 32, 16, 8], [2, 4, 8, 16, 16]),
    ],
)
def test_skip_maps_are_taken_before_pooling(frame_size, sizes, channels):
    encoder = VGGEncoder(6, width=2, frame_size=frame_size)
    (frames,) = random_inputs((1, frame_size, frame_size, 3))
    _, skips = encoder.with_skips(frames)
    expected = [(1, s, s, c) for s, c in zip(sizes, channels, strict=True)]
    assert [tuple(skip.shape) for skip in skips] == expected
