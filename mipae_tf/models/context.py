"""What a forecast is given."""

from typing import Any
from typing import NamedTuple

import tensorflow as tf


class Context(NamedTuple):
    """What is known before the first predicted frame.

    A model declares in `VideoModel.TAKES` which fields it uses; `forecast`
    refuses the others.

    Attributes:
        frames: uint8 `[batch, time, height, width, channel]`, at least one
            frame (float32 in [0, 1] is accepted as well).
        goal: frame to arrive at, `[batch, height, width, channel]`, as
            `frames`. It is the last frame of the horizon.
        horizon: int32 scalar, number of frames until the goal. `forecast`
            fills it in.
        times: float32 `[batch, time + horizon]`, time of each frame in
            frames; 0, 1, 2, ... where not given.
        actions: float32 `[batch, time + horizon, dim]`; action t leads from
            frame t to frame t + 1.
        condition: masks or boxes of the objects in the first frame,
            `[batch, ...]`.
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


def as_context(given: Any) -> Context:
    """A `Context` of tensors, from one or from frames alone."""
    context = given if isinstance(given, Context) else Context(given)
    return Context(
        *(None if x is None else tf.convert_to_tensor(x) for x in context)
    )


def _repeat(value: tf.Tensor | None, samples: tf.Tensor | int):
    if value is None or value.shape.rank == 0:
        return value
    ones = [1] * (value.shape.rank - 1)
    return tf.tile(value, tf.stack([samples, *ones]))
