import numpy as np
import pytest
from networks.harness import random_inputs
from networks.harness import run_layer_test

from mipae_tf.networks.backbones import BACKBONES
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.frame_encoder import FrameEncoder
from mipae_tf.networks.keypoint_encoder import KeypointEncoder
from mipae_tf.networks.pooled_encoder import PooledEncoder


@pytest.mark.parametrize("backbone", BACKBONES)
def test_one_code_of_each_frame(backbone):
    run_layer_test(
        FrameEncoder,
        {"backbone": backbone, "code_dim": 7, "width": 2, "norm": "none"},
        (2, 64, 64, 3),
        (2, 7),
    )


@pytest.mark.parametrize("backbone", BACKBONES)
def test_its_maps_are_those_that_the_decoder_takes(backbone):
    (frames,) = random_inputs((2, 64, 64, 3))
    encoder = FrameEncoder(backbone, 6, width=2, activation="tanh")
    encoder.build(frames.shape)
    codes, maps = encoder.with_skips(frames, training=False)
    np.testing.assert_array_equal(codes, encoder(frames, training=False))
    decoder = make_decoder(backbone, 3, width=2)
    if backbone != "dcgan":  # its encoder has maps that the decoder ignores
        drawn = decoder(codes, skips=maps, training=False)
        assert drawn.shape == frames.shape
        assert bool(maps) == BACKBONES[backbone].uses_skips


def test_the_coordinate_backbone_encodes_appearance_and_position():
    things, places = FrameEncoder("coordinate", 7, width=2).encoders
    assert isinstance(things, PooledEncoder) and things.code_dim == 4
    assert isinstance(places, KeypointEncoder) and places.code_dim == 3
