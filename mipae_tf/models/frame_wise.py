"""Applies a network of single frames to all frames of a clip."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def fold_time(
    network: Callable[..., tf.Tensor], frames: tf.Tensor, **kwargs: Any
) -> tf.Tensor:
    """Applies `network` to every frame of a clip in one call.

    Args:
        network: takes `[batch, ...]`.
        frames: `[batch, time, ...]`.

    Returns:
        `[batch, time, ...]`, what the network makes of each frame.
    """
    shape = tf.shape(frames)
    flat = tf.reshape(frames, [-1, *frames.shape[2:]])  # [batch·time, ...]
    out = network(flat, **kwargs)
    return tf.reshape(
        out, tf.concat([shape[:2], tf.shape(out)[1:]], axis=0)
    )  # [batch, time, ...]


def over_time(network: Callable[[Any], Any], inputs: Any, apart: bool) -> Any:
    """Applies `network` to structures of tensors at every time.

    Args:
        network: takes a structure of `[batch, ...]`, gives another one.
        inputs: structure of `[batch, time, ...]`, the time known.
        apart: whether each time has a call of its own, as in `per_frame`, or
            all have one, as in `fold_time`.

    Returns:
        The structure that the network gives, of `[batch, time, ...]`.
    """
    time = tf.nest.flatten(inputs)[0].shape[1]
    if apart:
        outputs = [
            network(tf.nest.map_structure(lambda x, t=t: x[:, t], inputs))
            for t in range(time)
        ]
        return tf.nest.map_structure(
            lambda *parts: tf.stack(parts, axis=1), *outputs
        )
    flat = tf.nest.map_structure(
        lambda x: tf.reshape(x, [-1, *x.shape[2:]]), inputs
    )  # [batch·time, ...]
    return tf.nest.map_structure(
        lambda x: tf.reshape(x, [-1, time, *x.shape[1:]]), network(flat)
    )


def per_frame(
    network: Callable[..., tf.Tensor],
    frames: tf.Tensor,
    learnt: int | None = None,
    **kwargs: Any,
) -> tf.Tensor:
    """As `fold_time`, with a call for each frame time.

    Batch normalisation then takes its statistics over the frames of one time,
    as the published training does.

    Args:
        network: takes `[batch, ...]`.
        frames: `[batch, time, ...]`.
        learnt: how many of the first times have a gradient; all when None. A
            gradient that is stopped later on would be computed all the same.
    """
    out = []
    for time, frame in enumerate(tf.unstack(frames, axis=1)):
        code = network(frame, **kwargs)
        seen = learnt is None or time < learnt
        out.append(code if seen else tf.stop_gradient(code))
    return tf.stack(out, axis=1)  # [batch, time, ...]
