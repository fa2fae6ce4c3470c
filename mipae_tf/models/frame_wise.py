"""Applies a network for single frames to all frames of a clip."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def fold_time(
    network: Callable[..., tf.Tensor], frames: tf.Tensor, **kwargs: Any
) -> tf.Tensor:
    """Applies `network` to all frames of a clip in one call.

    Args:
        network: takes `[batch, ...]`.
        frames: `[batch, time, ...]`.
        **kwargs: further arguments of the network.

    Returns:
        The output for each frame, `[batch, time, ...]`.
    """
    return fold_axes(2, network, frames, **kwargs)


def fold_axes(
    axes: int,
    network: Callable[..., Any],
    *inputs: Any,
    **kwargs: Any,
) -> Any:
    """Applies `network` with the first `axes` axes of its inputs as the batch.

    Args:
        axes: number of leading axes, the same sizes in all inputs.
        network: takes `[batch, ...]` for each input.
        *inputs: `[leading axes, ...]`, or nested structures of such tensors.
        **kwargs: further arguments of the network.

    Returns:
        What the network returns, of `[leading axes, ...]`.
    """
    lead = tf.shape(tf.nest.flatten(inputs)[0])[:axes]
    flat = tf.nest.map_structure(
        lambda x: tf.reshape(x, [-1, *x.shape[axes:]]), inputs
    )  # [batch, ...]
    return tf.nest.map_structure(
        lambda x: tf.reshape(x, tf.concat([lead, tf.shape(x)[1:]], axis=0)),
        network(*flat, **kwargs),
    )


def over_time(network: Callable[[Any], Any], inputs: Any, apart: bool) -> Any:
    """Applies `network` to nested structures of tensors at every time step.

    Args:
        network: maps a structure of `[batch, ...]` to another structure.
        inputs: structure of `[batch, time, ...]` with static time.
        apart: if true, one call per time step, as in `per_frame`; otherwise
            one call for all, as in `fold_time`.

    Returns:
        The structure that the network returns, of `[batch, time, ...]`.
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
    trained: int | None = None,
    **kwargs: Any,
) -> tf.Tensor:
    """Like `fold_time`, with one call per time step.

    Batch normalization then computes its statistics over the frames of one
    time step, as in the published training.

    Args:
        network: takes `[batch, ...]`.
        frames: `[batch, time, ...]`.
        trained: number of leading time steps with a gradient; all if None.
            The gradient of the others is stopped here, which saves its
            computation.
        **kwargs: further arguments of the network.
    """
    out = []
    for time, frame in enumerate(tf.unstack(frames, axis=1)):
        code = network(frame, **kwargs)
        keep = trained is None or time < trained
        out.append(code if keep else tf.stop_gradient(code))
    return tf.stack(out, axis=1)  # [batch, time, ...]
