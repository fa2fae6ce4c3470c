import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.content_filter_decoder import ContentFilterDecoder
from mipae_tf.networks.content_filter_decoder import fourier_features


@pytest.mark.parametrize("norm", ["batch", "group", "none"])
def test_layer(norm):
    options = {"channels": 3, "width": 1, "pose_dim": 2, "norm": norm}
    run_layer_test(
        ContentFilterDecoder,
        options,
        input_shape=(3, 7),
        expected_output_shape=(3, 64, 64, 3),
    )


@pytest.mark.parametrize("size", [32, 128])
def test_other_frame_sizes(size):
    decoder = ContentFilterDecoder(1, width=1, frame_size=size, pose_dim=2)
    assert decoder(random_inputs((2, 5))[0]).shape == (2, size, size, 1)


def test_saving(tmp_path):
    options = {"channels": 1, "width": 1, "pose_dim": 2}
    run_saving_test(ContentFilterDecoder, options, (2, 5), tmp_path)


def test_only_the_pose_decides_positions():
    decoder = ContentFilterDecoder(1, width=1, pose_dim=2)
    decoder.build((None, 5))
    codes = random_inputs((1, 5))[0].numpy()
    places = decoder._pose_maps(tf.constant(codes[:, 3:]))
    codes[:, :3] += 1.0
    again = decoder._pose_maps(tf.constant(codes[:, 3:]))
    np.testing.assert_array_equal(places, again)
    assert places.shape == (1, 16, 16, 4)


def test_content_changes_the_frame():
    decoder = ContentFilterDecoder(1, width=1, pose_dim=2)
    (codes,) = random_inputs((1, 5))
    other = codes + tf.constant([[1.0, 1.0, 1.0, 0.0, 0.0]])
    assert np.abs(decoder(codes) - decoder(other)).max() > 1e-3


def test_an_unsplit_code_serves_as_both():
    decoder = ContentFilterDecoder(1, width=1)
    assert decoder(random_inputs((2, 5))[0]).shape == (2, 64, 64, 1)


def test_logits_are_before_the_sigmoid():
    decoder = ContentFilterDecoder(1, width=1, pose_dim=2)
    (codes,) = random_inputs((1, 5))
    np.testing.assert_allclose(
        decoder(codes), tf.sigmoid(decoder.logits(codes)), atol=1e-6
    )


def test_skips_are_refused():
    decoder = ContentFilterDecoder(1, width=1, pose_dim=2)
    with pytest.raises(ValueError, match="skips must be empty"):
        decoder(random_inputs((1, 5))[0], skips=[tf.zeros([1, 4, 4, 8])])


def test_fourier_features_by_hand():
    found = fourier_features(tf.constant([[1.0]]))[0]
    angles = np.pi / 2 * 2.0 ** np.arange(4)
    expected = [1.0]
    for angle in angles:
        expected += [np.sin(angle), np.cos(angle)]
    np.testing.assert_allclose(found, expected, atol=1e-5)
