import pytest
from networks.harness import conv_count
from networks.harness import kernel_count
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.dcgan_encoder import DCGANEncoder

# (kernel size, channels in, channels out) of the stages, published width.
STAGES = [(4, 3, 64), (4, 64, 128), (4, 128, 256), (4, 256, 512)]


@pytest.mark.parametrize("code_dim, millions", [(128, 3.80), (5, 2.80)])
def test_published_size(code_dim, millions):
    encoder = DCGANEncoder(code_dim)
    encoder.build((None, 64, 64, 3))
    expected = conv_count([*STAGES, (4, 512, code_dim)])
    assert kernel_count(encoder) == expected
    assert expected / 1e6 == pytest.approx(millions, abs=0.005)


def test_the_content_encoder_with_biases_and_norms_has_3_81_million():
    encoder = DCGANEncoder(128)
    encoder.build((None, 64, 64, 3))
    channels = 64 + 128 + 256 + 512 + 128
    trained = sum(w.numpy().size for w in encoder.trainable_variables)
    assert trained == kernel_count(encoder) + 2 * channels
    # The published convolutions have biases too, which the norms undo.
    assert (trained + channels) / 1e6 == pytest.approx(3.81, abs=0.005)


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        DCGANEncoder,
        {"code_dim": 5, "width": 4, "frame_size": frame_size},
        input_shape=(2, frame_size, frame_size, 3),
        expected_output_shape=(2, 5),
    )


def test_saving(tmp_path):
    kwargs = {"code_dim": 5, "width": 4, "norm": "group"}
    run_saving_test(DCGANEncoder, kwargs, (2, 64, 64, 1), tmp_path)


@pytest.mark.parametrize(
    "frame_size, sizes, channels",
    [
        (64, [32, 16, 8, 4], [4, 8, 16, 32]),
        (128, [64, 32, 16, 8, 4], [4, 8, 16, 32, 32]),
    ],
)
def test_skip_maps(frame_size, sizes, channels):
    encoder = DCGANEncoder(5, width=4, frame_size=frame_size)
    (frames,) = random_inputs((1, frame_size, frame_size, 3))
    _, skips = encoder.with_skips(frames)
    expected = [(1, s, s, c) for s, c in zip(sizes, channels, strict=True)]
    assert [tuple(skip.shape) for skip in skips] == expected


def test_the_first_stage_has_a_norm_too():
    encoder = DCGANEncoder(5)
    assert type(encoder.stages[0].norm).__name__ == "BatchNorm"
