import numpy as np
import pytest
import tensorflow as tf
from models.harness import lively_model
from models.harness import moving_clips

from mipae_tf.models.base import to_float
from mipae_tf.models.base import to_uint8


@pytest.fixture(scope="module")
def model():
    return lively_model("ae_lstm")


@pytest.mark.parametrize(
    "shape, horizon, goal, message",
    [
        ((2, 3, 64, 64, 1), 0, None, "horizon=0 is too small; 1 is the least"),
        ((2, 0, 64, 64, 1), 1, None, "context has no frame"),
        ((2, 3, 64, 64, 3), 1, None, r"takes \[batch, time, 64, 64, 1\]"),
        ((3, 64, 64, 1), 1, None, r"context has shape \[3, 64, 64, 1\]"),
        ((2, 3, 64, 64, 1), 1, np.zeros(1), "goal was given, but AELSTM takes"),
    ],
)
def test_a_wrong_forecast_is_refused(model, shape, horizon, goal, message):
    context = np.zeros(shape, np.uint8)
    with pytest.raises(ValueError, match=message):
        model.forecast(context, horizon, goal=goal)


@pytest.mark.parametrize("given", [{"samples": 0}, {"piece": 0}])
def test_a_wrong_stream_is_refused(model, given):
    context = np.zeros((1, 2, 64, 64, 1), np.uint8)
    with pytest.raises(ValueError, match="=0 is too small; 1 is the least"):
        next(model.stream(context, 3, **given))


def test_one_function_serves_all_lengths(model):
    video = moving_clips(2)
    for context, horizon in ((2, 2), (3, 5)):
        model.forecast(video[:, :context], horizon)
    traced = type(model).roll_out.experimental_get_tracing_count
    count = model.roll_out.experimental_get_tracing_count()
    for context, horizon in ((4, 1), (5, 9), (6, 3)):
        model.forecast(video[:, :context], horizon)
    assert model.roll_out.experimental_get_tracing_count() == count
    assert callable(traced)


def test_frames_at_the_edge_of_a_model():
    grey = tf.range(256)
    floats = to_float(tf.cast(grey, tf.uint8))
    assert float(floats[255]) == 1.0
    np.testing.assert_array_equal(to_uint8(floats), grey)
    assert to_float(floats) is floats
    np.testing.assert_array_equal(to_uint8(tf.constant([-1.0, 2.0])), [0, 255])
    np.testing.assert_array_equal(to_uint8(tf.constant([0.5019])), [128])
