import numpy as np
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.data import Clips
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.training.pictures import code_strip
from mipae_tf.training.pictures import forecast_pictures
from mipae_tf.training.pictures import reconstruct
from mipae_tf.training.pictures import reconstruction_strip


def test_pictures_of_a_model():
    model, video = random_model("mipae"), moving_clips(5, 6)
    drawn = reconstruct(model, video)
    assert drawn.shape == video.shape and drawn.dtype == np.uint8
    codes = model.encode(video)
    np.testing.assert_array_equal(drawn, to_uint8(model.decode(codes)))
    picture = reconstruction_strip(model, Clips(video))
    still, moving = forecast_pictures(model, Clips(video), context=2)
    for image in (picture, still):
        assert image.dtype == np.uint8 and image.ndim == 3
    assert len(moving) == 6


def test_the_picture_depends_on_the_capabilities():
    clips = Clips(moving_clips(4, 3))
    names = ["toy_goal", "toy_generator", "toy_warper"]
    found = [code_strip(random_model(name), clips) for name in names]
    assert found[0][0] == "decoded/strip"
    assert found[1][0] == "generated/strip"
    assert found[1][1].dtype == np.uint8 and found[1][1].ndim == 3
    assert found[2] is None
