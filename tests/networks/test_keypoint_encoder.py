import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.keypoint_encoder import KeypointEncoder
from mipae_tf.networks.keypoint_encoder import expected_coordinates


@pytest.mark.parametrize("frame_size", [64, 128])
def test_layer(frame_size):
    run_layer_test(
        KeypointEncoder,
        {"code_dim": 3, "width": 2, "frame_size": frame_size},
        input_shape=(2, frame_size, frame_size, 1),
        expected_output_shape=(2, 3),
    )


def test_saving(tmp_path):
    options = {"code_dim": 3, "width": 2, "keypoints": 4}
    run_saving_test(KeypointEncoder, options, (2, 64, 64, 1), tmp_path)


def test_coordinates_of_a_peak_and_of_a_flat_map():
    heat = np.zeros((1, 5, 9, 2), "float32")
    heat[0, 1, 8, 0] = 100.0
    coordinates = expected_coordinates(tf.constant(heat))
    # Row 1 of 0..4 is -0.5, column 8 of 0..8 is 1; a flat map's mean is 0.
    np.testing.assert_allclose(coordinates, [[-0.5, 0, 1, 0]], atol=1e-6)


def test_large_logits_do_not_overflow():
    (heat,) = random_inputs((1, 4, 4, 3))
    assert np.isfinite(expected_coordinates(1e6 * heat)).all()


def test_a_shift_of_the_frame_moves_the_coordinates():
    encoder = KeypointEncoder(2, width=2)
    encoder.build((None, 64, 64, 1))
    frame = np.zeros((1, 64, 64, 1), "float32")
    frame[0, 20:28, 20:28] = 1.0
    moved = np.roll(frame, 8, axis=1)
    heat = [encoder.heat(_maps(encoder, x)) for x in (frame, moved)]
    rows = [expected_coordinates(h)[0, :16].numpy() for h in heat]
    columns = [expected_coordinates(h)[0, 16:].numpy() for h in heat]
    assert np.abs(rows[1] - rows[0]).max() > 1e-4
    assert np.abs(columns[1] - columns[0]).max() < 1e-4


def _maps(encoder, x):
    for convolution in encoder.convolutions:
        x = convolution(x)
    return x
