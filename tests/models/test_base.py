import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model

from mipae_tf.models import Context
from mipae_tf.models import base
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_values import to_uint8


@pytest.fixture(scope="module")
def model():
    return random_model("ae_lstm")


@pytest.mark.parametrize(
    "shape, horizon, goal, message",
    [
        (
            (2, 3, 64, 64, 1),
            0,
            None,
            "horizon=0 is too small; 1 is the minimum",
        ),
        ((2, 0, 64, 64, 1), 1, None, "context has no frame"),
        ((2, 3, 64, 64, 3), 1, None, r"takes \[batch, time, 64, 64, 1\]"),
        ((3, 64, 64, 1), 1, None, r"context has shape \[3, 64, 64, 1\]"),
        (
            (2, 3, 64, 64, 1),
            1,
            np.zeros(1),
            "goal is given, but AE-LSTM takes only frames",
        ),
    ],
)
def test_invalid_arguments_of_forecast_are_refused(
    model, shape, horizon, goal, message
):
    context = np.zeros(shape, np.uint8)
    with pytest.raises(ValueError, match=message):
        model.forecast(Context(context, goal), horizon)


CLIP = moving_clips(1)[:, :2]


@pytest.mark.parametrize(
    "context, given, message",
    [
        (CLIP * np.float32(1), {}, r"context holds float32 in \[0, 2.*; uint8"),
        (CLIP / 127.5 - 1, {}, r"context holds float64 in \[-1, .*; uint8"),
        (CLIP * np.nan, {}, r"context holds float64 in \[nan, nan\]; uint8"),
        (CLIP.astype(int), {}, "context holds int64; uint8, or floating"),
        (CLIP > 9, {}, "context holds bool; uint8, or floating values"),
        ("clip.mp4", {}, "context holds string; uint8, or floating"),
        (None, {}, "frames is missing: AE-LSTM takes frames"),
        (CLIP[:0], {}, "context has no clips; it must have at least one"),
        (
            CLIP.transpose(0, 1, 4, 2, 3),
            {},
            r"takes \[batch, time, 64, 64, 1\]; the layout looks channel-first",
        ),
        (CLIP, {"horizon": 2.5}, "horizon=2.5 is not an integer; 1 is the"),
        (CLIP, {"horizon": "2"}, "horizon='2' is not an integer"),
        (CLIP, {"horizon": 2**40}, "horizon=.* is too large; 2147483647 is"),
        (CLIP, {"samples": 1.5}, "samples=1.5 is not an integer"),
        (
            CLIP,
            {"seed": 2**40},
            "seed=.* is too large; 2147483647 is the maximum",
        ),
        (CLIP, {"seed": 0.5}, "seed=0.5 is not an integer"),
    ],
)
def test_invalid_contexts_and_numbers_are_refused(
    model, context, given, message
):
    given = {"horizon": 2, **given}
    with pytest.raises(ValueError, match=message):
        model.forecast(context, **given)
    with pytest.raises(ValueError, match=message):
        next(model.stream(context, **given))


def test_numpy_and_tensor_integers_are_accepted(model):
    video = moving_clips(2)[:, :2]
    expected = model.forecast(video, 2)
    for horizon in (np.int64(2), np.uint8(2), np.array(2), tf.constant(2)):
        ahead = model.forecast(video, horizon, np.int16(1), np.int64(0))
        np.testing.assert_array_equal(ahead[0], expected)


@pytest.mark.parametrize("kind", [tf.bfloat16, tf.float16, tf.float64])
def test_all_float_types_are_accepted(model, kind):
    context = model._checked_context(tf.cast(CLIP / 255, kind), 2).frames
    assert context.dtype == tf.float32
    np.testing.assert_allclose(context, CLIP / 255, atol=2e-3)


def test_values_are_not_checked_in_a_graph():
    function = tf.function(to_float)
    assert float(function(tf.constant([2.0]))[0]) == 2.0
    with pytest.raises(ValueError, match="frames holds int64; uint8"):
        function(tf.constant([1], tf.int64))
    with pytest.raises(ValueError, match=r"holds float32 in \[2, 2\]"):
        to_float(tf.constant([2.0]))


@pytest.mark.slow
def test_forecast_works_in_a_graph(model):
    function = tf.function(lambda context: model.forecast(context, 2))
    context = tf.constant(CLIP / 255, tf.float32)
    whole = model.forecast(CLIP, 2).numpy()
    assert np.abs(function(context).numpy().astype(int) - whole).max() <= 1
    with pytest.raises(ValueError, match="context holds int64; uint8"):
        function(tf.constant(CLIP, tf.int64))


def test_encode_and_start_refuse_frames_out_of_range(model):
    for frames, message in (
        (CLIP * np.float32(1), r"frames holds float32 in \[0, 2"),
        (CLIP.astype(int), "frames holds int64; uint8, or floating"),
        (np.full(CLIP.shape, np.nan), r"frames holds float64 in \[nan, nan\]"),
    ):
        with pytest.raises(ValueError, match=message):
            model.encode(frames)
        with pytest.raises(ValueError, match=message):
            model.start(Context(frames), tf.constant([0, 0]))


@pytest.mark.parametrize("given", [{"samples": 0}, {"piece": 0}])
def test_invalid_arguments_of_stream_are_refused(model, given):
    context = np.zeros((1, 2, 64, 64, 1), np.uint8)
    with pytest.raises(ValueError, match="=0 is too small; 1 is the minimum"):
        next(model.stream(context, 3, **given))


def test_new_lengths_are_not_retraced(model):
    def traced():
        functions = model._start, model._predict
        return [x.experimental_get_tracing_count() for x in functions]

    video = moving_clips(2)
    for context, horizon in ((2, 2), (3, 5)):
        model.forecast(video[:, :context], horizon)
    before = traced()
    assert min(before) >= 1
    for context, horizon in ((4, 1), (5, 70), (6, 3)):
        model.forecast(video[:, :context], horizon)
    assert traced() == before


def test_a_forecast_does_not_depend_on_the_piece_size(model, monkeypatch):
    """The exported graph, which has no pieces, gives the same frames."""
    context = tf.constant(moving_clips(2)[:, :3])
    whole = model.forecast(context, 7).numpy()
    graph = model.roll_out(
        Context(context), tf.constant(7), tf.constant([0, 0])
    )
    monkeypatch.setattr(base, "FRAMES_PER_CALL", 3)
    pieces = model.forecast(context, 7)
    assert pieces.shape == (2, 7, *model.frame_shape)
    np.testing.assert_array_equal(pieces, whole)
    assert np.abs(graph.numpy().astype(int) - whole).max() <= 1


def test_conversion_between_uint8_and_float_frames():
    grey = tf.range(256)
    floats = to_float(tf.cast(grey, tf.uint8))
    assert float(floats[255]) == 1.0
    np.testing.assert_array_equal(to_uint8(floats), grey)
    assert to_float(floats) is floats
    np.testing.assert_array_equal(to_uint8(tf.constant([-1.0, 2.0])), [0, 255])
    np.testing.assert_array_equal(to_uint8(tf.constant([0.5019])), [128])
