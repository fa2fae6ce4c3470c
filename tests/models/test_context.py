import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models import Context
from mipae_tf.models.context import checked_context
from mipae_tf.models.context import context_from_clips

FRAME = (4, 4, 1)
CLIPS = np.zeros((2, 6, *FRAME), np.uint8)
ALL = ("frames", "goal", "times", "actions", "condition")


def checked(context, takes, horizon=2):
    return checked_context(context, takes, FRAME, horizon, "Toy")


def whole(**given):
    """A complete context of three frames, for a horizon of two."""
    fields = {
        "frames": CLIPS[:, :3],
        "goal": CLIPS[:, 4],
        "times": np.zeros((2, 5), np.float32),
        "actions": np.zeros((2, 5, 7), np.float32),
        "condition": np.zeros((2, 3), np.float32),
    }
    return Context(**{**fields, **given})


def test_all_fields_are_converted_to_tensors():
    found = checked(whole(), ALL)
    assert found.given() == ALL
    assert all(tf.is_tensor(getattr(found, name)) for name in ALL)
    assert checked(CLIPS, ("frames",)).given() == ("frames",)


@pytest.mark.parametrize(
    "given, takes, message",
    [
        ({}, ("frames",), "goal is given, but Toy takes only frames"),
        (
            {"goal": None},
            ALL,
            r"goal is missing: .* Context\(..., goal",
        ),
        ({"actions": None}, ALL, "actions is missing: Toy takes frames and"),
        ({"goal": CLIPS[:1, 4]}, ALL, r"goal has shape \[1, 4, 4, 1\]"),
        (
            {"times": np.zeros((2, 4), np.float32)},
            ALL,
            r"times has shape \[2, 4\]; it must be \[2, 5\]",
        ),
        (
            {"actions": np.zeros((2, 3, 7), np.float32)},
            ALL,
            r"actions has shape \[2, 3, 7\]; it must be \[2, 5, None\]",
        ),
        ({"frames": CLIPS[..., 0]}, ALL, r"context has shape \[2, 6, 4, 4\]"),
        ({"frames": CLIPS[:, :0]}, ALL, "context has no frame"),
    ],
)
def test_the_error_for_an_invalid_context_names_the_field(
    given, takes, message
):
    with pytest.raises(ValueError, match=message):
        checked(whole(**given), takes)


def test_default_times_are_regular():
    found = checked(CLIPS[:, :3], ("frames", "times"))
    np.testing.assert_array_equal(found.times, [[0, 1, 2, 3, 4]] * 2)


def test_repeated_repeats_all_fields():
    numbers = np.arange(2, dtype=np.uint8)[:, None, None, None, None]
    context = checked(whole(frames=CLIPS[:, :3] + numbers), ALL)
    many = context._replace(horizon=tf.constant(2)).repeated(3)
    assert many.frames.shape == (6, 3, *FRAME)
    np.testing.assert_array_equal(many.frames[:, 0, 0, 0, 0], [0, 1] * 3)
    assert many.actions.shape == (6, 5, 7) and many.goal.shape == (6, *FRAME)
    assert many.horizon == 2


def test_a_context_from_clips():
    video = np.arange(6, dtype=np.uint8)[None, :, None, None, None]
    found = context_from_clips(("frames", "goal"), video, 2, 3)
    assert found.given() == ("frames", "goal")
    assert found.frames.ravel().tolist() == [0, 1]
    assert found.goal.ravel().tolist() == [4], "the last frame of the horizon"
    assert context_from_clips(("frames",), video, 2, 9).given() == ("frames",)
