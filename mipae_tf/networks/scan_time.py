"""A recurrence over the time axis."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf


def scan_time(
    step: Callable[[Any, Any], tuple[Any, Any]], state: Any, inputs: Any
) -> tuple[Any, Any]:
    """Applies a recurrence over time; unrolled if the length is static.

    Args:
        step: `(state, inputs of one time step) -> (next state, outputs)`.
        state: initial state, any structure of tensors.
        inputs: structure of `[batch, time, ...]`.

    Returns:
        The state after the last step, and the outputs `[batch, time, ...]`.
    """
    first = tf.nest.flatten(inputs)[0]
    if first.shape[1] is None:
        return _loop(step, state, inputs)
    outputs = []
    for time in range(first.shape[1]):
        here = tf.nest.map_structure(lambda x, t=time: x[:, t], inputs)
        state, output = step(state, here)
        outputs.append(output)
    stacked = tf.nest.map_structure(
        lambda *parts: tf.stack(parts, axis=1), *outputs
    )  # [batch, time, ...]
    return state, stacked


def _loop(step, state, inputs):
    by_time = tf.nest.map_structure(_swap, inputs)  # [time, batch, ...]
    here = tf.nest.map_structure(lambda x: x[0], by_time)
    shapes = step(state, here)[1]

    def body(carried, now):
        return step(carried[0], now)

    zeros = tf.nest.map_structure(tf.zeros_like, shapes)
    states, outputs = tf.scan(body, by_time, initializer=(state, zeros))
    last = tf.nest.map_structure(lambda x: x[-1], states)
    return last, tf.nest.map_structure(_swap, outputs)


def _swap(x: tf.Tensor) -> tf.Tensor:
    """[time, batch, ...] to [batch, time, ...] and back."""
    return tf.transpose(x, [1, 0, *range(2, len(x.shape))])
