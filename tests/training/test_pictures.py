import numpy as np
import tensorflow as tf
from models.harness import lively_model
from models.harness import moving_clips

from mipae_tf.data import Clips
from mipae_tf.models.base import to_uint8
from mipae_tf.training.pictures import forecast_pictures
from mipae_tf.training.pictures import reconstruct
from mipae_tf.training.pictures import reconstruction_strip


class Drawer:
    """Keeps what it is given to go on from; draws darkness."""

    def forecast(self, context, horizon):
        self.given = context, horizon
        return tf.zeros([len(context), horizon, *context.shape[2:]], tf.uint8)


def test_forecasts_are_drawn_from_the_context_alone():
    model, video = Drawer(), moving_clips(3, 6)
    _, moving = forecast_pictures(model, Clips(video), context=2)
    context, horizon = model.given
    np.testing.assert_array_equal(context, video[:, :2])
    assert horizon == 4 and len(moving) == 6


def test_pictures_need_the_interface_alone():
    model, video = lively_model("mipae"), moving_clips(5, 6)
    drawn = reconstruct(model, video)
    assert drawn.shape == video.shape and drawn.dtype == np.uint8
    codes = model.encode(video)
    np.testing.assert_array_equal(drawn, to_uint8(model.decode(codes)))
    picture = reconstruction_strip(model, Clips(video))
    still, moving = forecast_pictures(model, Clips(video), context=2)
    for image in (picture, still):
        assert image.dtype == np.uint8 and image.ndim == 3
    assert len(moving) == 6
