"""What a forecast is given."""

from collections.abc import Collection
from typing import Any
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mipae_tf.models.frame_values import checked_frames
from mipae_tf.pixels import layout_hint

# Fields of a context that a clip of frames alone can give.
FROM_FRAMES = ("frames", "goal", "times")


class Context(NamedTuple):
    """What is known before the first predicted frame.

    A model declares in `VideoModel.TAKES` which fields it takes. `forecast`
    refuses the others, and requires all of them but `times`.

    Attributes:
        frames: uint8 `[batch, time, height, width, channel]`, at least one
            frame (float32 in [0, 1] is accepted as well).
        goal: frame to arrive at, `[batch, height, width, channel]`, as
            `frames`. It is the last frame of the horizon.
        horizon: int32 scalar, number of frames to predict. `forecast` fills
            it in.
        times: float32 `[batch, time + horizon]`, time of each frame; 0, 1, 2,
            ... where not given.
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
        """The whole batch `samples` times, `[samples * batch, ...]`."""
        return Context(*(_repeat(value, samples) for value in self))


def context_of(
    takes: Collection[str], video: np.ndarray, frames: int, horizon: int
) -> Context:
    """The context that clips of frames give a model.

    Args:
        takes: `VideoModel.TAKES`, some of `FROM_FRAMES`.
        video: `[clips, time, height, width, channel]`.
        frames: frames of the context.
        horizon: frames to predict; clips must have them where the model takes
            a goal.
    """
    goal = video[:, frames + horizon - 1] if "goal" in takes else None
    return Context(video[:, :frames], goal)


def context_specs(
    takes: Collection[str], frame_shape: tuple[int, int, int]
) -> dict[str, tf.TensorSpec]:
    """Type and shape of the fields that a model takes, by name."""
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
    """A context of tensors that a model can forecast from.

    Args:
        given: a `Context`, or frames alone.
        takes: `VideoModel.TAKES`.
        frame_shape: (height, width, channel) of the model.
        horizon: frames to predict.
        title: what messages call the model.

    Raises:
        ValueError: when it holds something that the model does not take,
            lacks something that it does, or has a field of another shape, or
            frames of another type or range.
    """
    context = given if isinstance(given, Context) else Context(given)
    context = Context(*map(_as_tensor, Context._fields, context))
    names = " and ".join(takes)
    for name in context.given():
        if name not in takes:
            raise ValueError(
                f"{name} was given, but {title} takes only {names}."
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
        raise ValueError("context has no clip; at least one is needed.")
    if time == 0:
        raise ValueError("context has no frame; at least one is needed.")
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
                f"{name} has shape {list(value.shape)}; needed is "
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
