"""The input of a forecast."""

from collections.abc import Collection
from typing import Any
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mipae_tf.models.frame_values import checked_frames
from mipae_tf.pixels import layout_hint

# Fields of a context that can be made from the frames of a clip.
FRAME_FIELDS = ("frames", "goal", "times")


class Context(NamedTuple):
    """The input of a forecast: context frames and optional conditions.

    A model declares in `VideoModel.TAKES` which fields it takes. All of them
    except `times` are required; other fields raise an error.

    Attributes:
        frames: uint8 `[batch, time, height, width, channel]`, at least one
            frame. float32 in [0, 1] is also accepted.
        goal: the last frame of the horizon, `[batch, height, width, channel]`,
            of the same type as `frames`.
        horizon: int32 scalar, number of frames to predict; set by `forecast`.
        times: float32 `[batch, time + horizon]`, time of each frame; by
            default 0, 1, 2, ...
        actions: float32 `[batch, time + horizon, dim]`; action t leads from
            frame t to frame t + 1.
        condition: float32 `[batch, ...]`, masks or boxes of the objects in
            the first frame.
    """

    frames: Any
    goal: Any = None
    horizon: Any = None
    times: Any = None
    actions: Any = None
    condition: Any = None

    def given(self) -> tuple[str, ...]:
        """Names of the fields that are set."""
        return tuple(
            name for name in self._fields if getattr(self, name) is not None
        )

    def repeated(self, samples: tf.Tensor | int) -> "Context":
        """Repeats the batch `samples` times: `[samples * batch, ...]`."""
        return Context(*(_repeat(value, samples) for value in self))


def context_from_clips(
    takes: Collection[str], video: np.ndarray, frames: int, horizon: int
) -> Context:
    """Makes the context of a model from clips.

    Args:
        takes: `VideoModel.TAKES`, a subset of `FRAME_FIELDS`.
        video: `[clips, time, height, width, channel]`.
        frames: number of context frames.
        horizon: number of frames to predict; the clips must contain them if
            the model takes a goal.
    """
    goal = video[:, frames + horizon - 1] if "goal" in takes else None
    return Context(video[:, :frames], goal)


def context_specs(
    takes: Collection[str], frame_shape: tuple[int, int, int]
) -> dict[str, tf.TensorSpec]:
    """Types and shapes of the fields that a model takes, by name."""
    specs = {
        "frames": tf.TensorSpec((None, None, *frame_shape), tf.uint8),
        "goal": tf.TensorSpec((None, *frame_shape), tf.uint8),
        "times": tf.TensorSpec((None, None), tf.float32),
        "actions": tf.TensorSpec((None, None, None), tf.float32),
        "condition": tf.TensorSpec(None, tf.float32),
    }
    return {name: specs[name] for name in takes}


def checked_context(
    given: Any,
    takes: Collection[str],
    frame_shape: tuple[int, int, int],
    horizon: int,
    title: str,
) -> Context:
    """Checks a context and converts it to tensors.

    Args:
        given: a `Context`, or only frames.
        takes: `VideoModel.TAKES`.
        frame_shape: (height, width, channel) of the model.
        horizon: number of frames to predict.
        title: name of the model in messages.

    Raises:
        ValueError: if a field is given that the model does not take, a
            required field is missing, or a field has a wrong shape, type or
            range of values.
    """
    context = given if isinstance(given, Context) else Context(given)
    context = Context(*map(_as_tensor, Context._fields, context))
    names = " and ".join(takes)
    for name in context.given():
        if name not in takes:
            raise ValueError(
                f"{name} is given, but {title} takes only {names}."
            )
    for name in takes:
        if name != "times" and getattr(context, name) is None:
            how = "" if name == "frames" else f"; give Context(..., {name}=...)"
            raise ValueError(f"{name} is missing: {title} takes {names}{how}.")
    frame = ", ".join(map(str, frame_shape))
    frames = context.frames
    if frames.shape.rank != 5 or frames.shape[2:] != frame_shape:
        raise ValueError(
            f"context has shape {list(frames.shape)}; {title} takes "
            f"[batch, time, {frame}]{layout_hint(frames.shape)}."
        )
    batch, time = frames.shape[:2]
    if batch == 0:
        raise ValueError("context has no clips; it must have at least one.")
    if time == 0:
        raise ValueError("context has no frames; it must have at least one.")
    if "times" in takes and context.times is None:
        times = tf.range(time + horizon, dtype=tf.float32)
        context = context._replace(times=tf.tile(times[None], [batch, 1]))
    wanted = {
        "goal": (batch, *frame_shape),
        "times": (batch, time + horizon),
        "actions": (batch, time + horizon, None),
    }
    for name, shape in wanted.items():
        value = getattr(context, name)
        if value is not None and not value.shape.is_compatible_with(shape):
            raise ValueError(
                f"{name} has shape {list(value.shape)}; it must be "
                f"{list(shape)}."
            )
    return context


def _as_tensor(name: str, value: Any) -> tf.Tensor | None:
    if value is None:
        return None
    if name in ("frames", "goal"):
        return checked_frames(value, "context" if name == "frames" else name)
    return tf.convert_to_tensor(value)


def _repeat(value: tf.Tensor | None, samples: tf.Tensor | int):
    if value is None or value.shape.rank == 0:
        return value
    ones = tf.ones([tf.rank(value) - 1], tf.int32)
    tiled = tf.tile(value, tf.concat([[samples], ones], axis=0))
    if value.shape.rank is not None:
        tiled = tf.ensure_shape(tiled, [None, *value.shape[1:]])
    return tiled  # [samples * batch, ...]
