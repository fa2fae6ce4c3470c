import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.networks.backbones import BACKBONES
from mipae_tf.networks.backbones import find_backbone
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import make_encoder


@pytest.mark.parametrize("name", BACKBONES)
@pytest.mark.parametrize("channels", [1, 3])
def test_one_interface_from_frames_to_frames(name, channels):
    options = {"width": 2, "norm": "group"}
    for frame_size in BACKBONES[name].frame_sizes:
        options["frame_size"] = frame_size
        (frames,) = random_inputs((2, frame_size, frame_size, channels))
        content = make_encoder(name, "content", 6, **options)
        pose = make_encoder(name, "pose", 3, **options)
        decoder = make_decoder(name, channels, **options)
        codes, skips = content(frames, training=False), None
        if BACKBONES[name].uses_skips:
            codes, skips = content.with_skips(frames, training=False)
        codes = tf.concat([codes, pose(frames, training=False)], axis=-1)
        outputs = decoder(codes, skips=skips, training=False)
        assert codes.shape == (2, 6 + 3)
        assert outputs.shape == frames.shape
        assert outputs.dtype == tf.float32


def test_the_two_encoders_have_different_initial_weights():
    (frames,) = random_inputs((2, 64, 64, 1))
    content = make_encoder("dcgan", "content", 4, width=2)
    pose = make_encoder("dcgan", "pose", 4, width=2)
    difference = content(frames) - pose(frames)
    assert np.abs(difference).max() > 0


def test_options_reach_the_networks():
    encoder = make_encoder(
        "dcgan", "pose", 4, width=2, activation="unit", synchronized=True
    )
    assert encoder.get_config()["activation"] == "unit"
    assert encoder.get_config()["synchronized"]
    assert make_decoder("dcgan_skips", 3, norm="group").norm == "group"


def test_unknown_backbone():
    message = "--backbone must be one of .*'vgg_resnet', got 'vit'"
    with pytest.raises(ValueError, match=message):
        make_encoder("vit", "pose", 4)


def test_frame_size_that_a_backbone_does_not_take():
    message = "--backbone=dcgan needs frames of 64 or 128 pixels, got 96"
    with pytest.raises(ValueError, match=message):
        make_decoder("dcgan", 3, frame_size=96)
    with pytest.raises(ValueError, match=message):
        find_backbone("dcgan", 96)


def test_unknown_role():
    with pytest.raises(ValueError, match="role must be .*'content', 'pose'"):
        make_encoder("dcgan", "static", 4)
