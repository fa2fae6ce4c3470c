import numpy as np
import pytest
import tensorflow as tf
from models.harness import lively_model
from models.harness import moving_clips

from mipae_tf.models import Context
from mipae_tf.models import base
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
        (
            (2, 3, 64, 64, 1),
            1,
            np.zeros(1),
            "goal was given, but AE-LSTM takes only frames",
        ),
    ],
)
def test_a_wrong_forecast_is_refused(model, shape, horizon, goal, message):
    context = np.zeros(shape, np.uint8)
    with pytest.raises(ValueError, match=message):
        model.forecast(Context(context, goal), horizon)


@pytest.mark.parametrize("given", [{"samples": 0}, {"piece": 0}])
def test_a_wrong_stream_is_refused(model, given):
    context = np.zeros((1, 2, 64, 64, 1), np.uint8)
    with pytest.raises(ValueError, match="=0 is too small; 1 is the least"):
        next(model.stream(context, 3, **given))


def test_lengths_are_not_compiled_anew(model):
    def traced():
        functions = model._begin, model._predict
        return [x.experimental_get_tracing_count() for x in functions]

    video = moving_clips(2)
    for context, horizon in ((2, 2), (3, 5)):
        model.forecast(video[:, :context], horizon)
    before = traced()
    assert min(before) >= 1
    for context, horizon in ((4, 1), (5, 70), (6, 3)):
        model.forecast(video[:, :context], horizon)
    assert traced() == before


def test_a_forecast_in_pieces_is_one_forecast(model, monkeypatch):
    """So is the graph that is exported, which has no pieces."""
    context = tf.constant(moving_clips(2)[:, :3])
    whole = model.forecast(context, 7).numpy()
    graph = model.roll_out(
        Context(context), tf.constant(7), tf.constant([0, 0])
    )
    monkeypatch.setattr(base, "PIECE", 3)
    pieces = model.forecast(context, 7)
    assert pieces.shape == (2, 7, *model.frame_shape)
    np.testing.assert_array_equal(pieces, whole)
    assert np.abs(graph.numpy().astype(int) - whole).max() <= 1


def test_frames_at_the_edge_of_a_model():
    grey = tf.range(256)
    floats = to_float(tf.cast(grey, tf.uint8))
    assert float(floats[255]) == 1.0
    np.testing.assert_array_equal(to_uint8(floats), grey)
    assert to_float(floats) is floats
    np.testing.assert_array_equal(to_uint8(tf.constant([-1.0, 2.0])), [0, 255])
    np.testing.assert_array_equal(to_uint8(tf.constant([0.5019])), [128])
