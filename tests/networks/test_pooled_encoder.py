import numpy as np
import pytest
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.pooled_encoder import PooledEncoder


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        PooledEncoder,
        {"code_dim": 3, "width": 2, "frame_size": frame_size},
        input_shape=(2, frame_size, frame_size, 1),
        expected_output_shape=(2, 3),
    )


def test_saving(tmp_path):
    options = {"code_dim": 3, "width": 2}
    run_saving_test(PooledEncoder, options, (2, 64, 64, 1), tmp_path)


def test_codes_are_invariant_to_shifts_by_strides():
    encoder = PooledEncoder(4, width=2)
    frame = np.zeros((1, 64, 64, 1), "float32")
    frame[0, 24:32, 24:32] = random_inputs((8, 8, 1))[0]
    moved = np.roll(frame, 8, axis=2)
    np.testing.assert_allclose(encoder(moved), encoder(frame), atol=1e-5)


def test_training_uses_the_moments_of_the_batch():
    (frames,) = random_inputs((4, 64, 64, 1))
    encoder = PooledEncoder(4, width=2)
    learnt = encoder(frames, training=True)
    assert np.abs(learnt - encoder(frames, training=False)).max() > 1e-3


def test_frames_of_another_size():
    message = "frames must be .batch, 64, 64, channel."
    with pytest.raises(ValueError, match=message):
        PooledEncoder(4, width=2).build((None, 32, 32, 3))
    with pytest.raises(ValueError, match="frame_size must be one of"):
        PooledEncoder(4, frame_size=96)
