"""Tests of both convolutional decoders."""

import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.networks.dcgan_decoder import DCGANDecoder
from mipae_tf.networks.dcgan_encoder import DCGANEncoder
from mipae_tf.networks.vgg_decoder import VGGDecoder
from mipae_tf.networks.vgg_encoder import VGGEncoder

PAIRS = [(DCGANEncoder, DCGANDecoder), (VGGEncoder, VGGDecoder)]


@pytest.fixture(params=[64, 128])
def frame_size(request):
    return request.param


@pytest.mark.parametrize("encoder_class, decoder_class", PAIRS)
def test_every_skip_map_changes_the_frames(
    encoder_class, decoder_class, frame_size
):
    options = {"width": 2, "frame_size": frame_size}
    frames, codes = random_inputs([(2, frame_size, frame_size, 3), (2, 7)])
    encoder = encoder_class(4, **options)
    _, skips = encoder.with_skips(frames, training=True)
    # Without a norm, maps are not rescaled and frames are independent.
    decoder = decoder_class(3, skips=True, norm="none", **options)
    before = decoder(codes, skips=skips)
    assert before.shape == frames.shape
    for index in range(len(skips)):
        changed = list(skips)
        changed[index] = skips[index] + 10
        assert np.abs(decoder(codes, skips=changed) - before).max() > 0, index


@pytest.mark.parametrize("cls", [DCGANDecoder, VGGDecoder])
def test_pixels_are_between_zero_and_one(cls):
    (codes,) = random_inputs((4, 7))
    decoder = cls(1, width=2)
    frames = decoder(100 * codes, training=True).numpy()
    assert 0 <= frames.min() < frames.max() <= 1


@pytest.mark.parametrize("cls", [DCGANDecoder, VGGDecoder])
def test_group_norm_does_not_depend_on_the_batch(cls):
    (codes,) = random_inputs((4, 7))
    decoder = cls(1, width=4, norm="group")
    together = decoder(codes, training=True)
    alone = decoder(codes[:1], training=True)
    np.testing.assert_allclose(alone, together[:1], atol=1e-5)


def test_training_reaches_every_norm():
    (codes,) = random_inputs((4, 7))
    decoder = VGGDecoder(1, width=2)
    decoder(codes, training=True)
    means = [w for w in decoder.variables if w.name == "moving_mean"]
    assert len(means) == 1 + 3 + 3 + 2 + 1
    assert all(np.any(mean.numpy() != 0) for mean in means)


@pytest.mark.parametrize(
    "skips, given, message",
    [
        (True, None, "skips must hold 4 maps .* got 0"),
        (True, [tf.zeros([1, 32, 32, 2])], "skips must hold 4 maps .* got 1"),
        (False, [tf.zeros([1, 32, 32, 2])], "skips must hold 0 maps .* got 1"),
    ],
)
def test_skip_maps_that_do_not_fit(skips, given, message):
    decoder = DCGANDecoder(3, width=2, skips=skips)
    with pytest.raises(ValueError, match=message):
        decoder(tf.zeros([1, 7]), skips=given)


def test_unknown_frame_size():
    with pytest.raises(ValueError, match="frame_size must be .*64, 128.*32"):
        DCGANDecoder(3, frame_size=32)
