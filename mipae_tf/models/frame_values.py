"""Frames as tensors: uint8 outside a network, float32 in [0, 1] inside."""

import tensorflow as tf

from mipae_tf.pixels import ALLOWED
from mipae_tf.pixels import check_unit_range


def checked_frames(frames: tf.Tensor, name: str) -> tf.Tensor:
    """Frames as uint8 or float32.

    Raises:
        ValueError: for another type, and, where the values are known, which
            they are not within a graph, for any outside [0, 1].
    """
    try:
        frames = tf.convert_to_tensor(frames)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no array of frames: {error}") from error
    if frames.dtype == tf.uint8:
        return frames
    if not frames.dtype.is_floating:
        raise ValueError(f"{name} holds {frames.dtype.name}; {ALLOWED}.")
    kind, frames = frames.dtype.name, tf.cast(frames, tf.float32)
    if not tf.is_symbolic_tensor(frames) and tf.size(frames):
        values = frames.numpy()
        check_unit_range(values.min(), values.max(), kind, name)
    return frames


def to_float(frames: tf.Tensor) -> tf.Tensor:
    """uint8 frames as float32 in [0, 1]; floating values stay as they are.

    Raises:
        ValueError: for another type, and, outside a graph, for values outside
            [0, 1].
    """
    frames = checked_frames(frames, "frames")
    if frames.dtype == tf.uint8:
        return tf.cast(frames, tf.float32) / 255.0
    return frames


def to_uint8(frames: tf.Tensor) -> tf.Tensor:
    """Frames in [0, 1] as the nearest uint8."""
    scaled = tf.round(tf.cast(frames, tf.float32) * 255.0)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)
