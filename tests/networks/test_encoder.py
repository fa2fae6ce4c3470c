"""Tests of all convolutional encoders."""

import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.networks.dcgan_encoder import DCGANEncoder
from mipae_tf.networks.resnet_encoder import ResNetEncoder
from mipae_tf.networks.vgg_encoder import VGGEncoder

ENCODERS = [DCGANEncoder, VGGEncoder, ResNetEncoder]


def encoder_and_frames(cls=DCGANEncoder, **kwargs):
    (frames,) = random_inputs((4, 64, 64, 1))
    return cls(5, width=4, **kwargs), frames


def test_tanh_codes_stay_within_one():
    encoder, frames = encoder_and_frames()
    codes = encoder(frames, training=True).numpy()
    assert np.abs(codes).max() < 1
    # The batch norm before the tanh centres every dimension.
    np.testing.assert_allclose(np.arctanh(codes).mean(0), 0, atol=1e-4)


def test_linear_codes_are_the_input_of_the_tanh():
    linear, frames = encoder_and_frames(activation="linear")
    squashed, _ = encoder_and_frames()
    codes = linear(frames)
    squashed.build(frames.shape)
    squashed.set_weights(linear.get_weights())
    np.testing.assert_allclose(squashed(frames), np.tanh(codes), atol=1e-6)


def test_unit_codes_have_length_one():
    encoder, frames = encoder_and_frames(activation="unit")
    codes = encoder(frames, training=True)
    np.testing.assert_allclose(tf.norm(codes, axis=-1), np.ones(4), rtol=1e-5)


@pytest.mark.parametrize("cls", ENCODERS)
def test_inference_does_not_depend_on_other_frames(cls):
    encoder, frames = encoder_and_frames(cls)
    encoder(frames, training=True)
    together = encoder(frames, training=False)
    alone = encoder(frames[:1], training=False)
    np.testing.assert_allclose(alone, together[:1], atol=1e-5)


@pytest.mark.parametrize("cls", ENCODERS)
def test_group_norm_does_not_depend_on_the_batch(cls):
    encoder, frames = encoder_and_frames(cls, norm="group")
    together = encoder(frames, training=True)
    alone = encoder(frames[:1], training=True)
    np.testing.assert_allclose(alone, together[:1], atol=1e-5)
    assert np.std(together) > 0


def test_group_norm_does_not_normalise_codes():
    encoder, frames = encoder_and_frames(norm="group", activation="linear")
    codes = encoder(frames)
    encoder.head.conv.kernel.assign(3 * encoder.head.conv.kernel)
    np.testing.assert_allclose(encoder(frames), 3 * codes, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("cls", ENCODERS)
def test_with_skips_gives_the_same_codes(cls):
    encoder, frames = encoder_and_frames(cls)
    codes, skips = encoder.with_skips(frames, training=False)
    np.testing.assert_allclose(encoder(frames), codes, atol=1e-6)
    assert len(skips) == len(encoder.stages)


def test_every_dtype_policy_reaches_every_stage():
    encoder, frames = encoder_and_frames(dtype="mixed_bfloat16")
    codes, skips = encoder.with_skips(frames)
    assert codes.dtype == tf.float32
    assert {skip.dtype for skip in skips} == {tf.bfloat16}


def test_synchronized_reaches_every_norm():
    for cls in ENCODERS:
        encoder, frames = encoder_and_frames(cls, synchronized=True)
        norms = [
            layer
            for layer in encoder._flatten_layers()
            if type(layer).__name__ == "BatchNorm"
        ]
        assert norms and all(norm.synchronized for norm in norms)


@pytest.mark.parametrize("cls", ENCODERS)
def test_unknown_frame_size(cls):
    with pytest.raises(ValueError, match="frame_size must be .*64, 128.*96"):
        cls(5, frame_size=96)


@pytest.mark.parametrize("shape", [(2, 32, 32, 3), (2, 5, 64, 64, 3)])
def test_frames_of_another_shape(shape):
    with pytest.raises(ValueError, match=r"frames must be \[batch, 64, 64,"):
        DCGANEncoder(5, width=4)(tf.zeros(shape))
