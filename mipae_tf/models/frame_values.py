"""Conversion of frames: uint8 outside a network, float32 in [0, 1] inside."""

import tensorflow as tf

from mipae_tf.pixels import ALLOWED
from mipae_tf.pixels import check_unit_range


def checked_frames(frames: tf.Tensor, name: str) -> tf.Tensor:
    """Checks frames and converts them to uint8 or float32 tensors.

    Raises:
        ValueError: if the type is another one or, outside a graph, if values
            are outside [0, 1].
    """
    try:
        frames = tf.convert_to_tensor(frames)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{name} must be an array of frames ({error})."
        ) from error
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
    """Converts uint8 frames to float32 in [0, 1]; floats are not scaled.

    Raises:
        ValueError: if the type is another one or, outside a graph, if values
            are outside [0, 1].
    """
    frames = checked_frames(frames, "frames")
    if frames.dtype == tf.uint8:
        return tf.cast(frames, tf.float32) / 255.0
    return frames


def to_uint8(frames: tf.Tensor) -> tf.Tensor:
    """Rounds frames in [0, 1] to uint8."""
    scaled = tf.round(tf.cast(frames, tf.float32) * 255.0)
    return tf.cast(tf.clip_by_value(scaled, 0.0, 255.0), tf.uint8)
