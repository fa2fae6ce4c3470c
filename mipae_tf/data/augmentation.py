"""Random changes of training clips, the same for all frames of a clip."""

import math

import numpy as np
import tensorflow as tf


def augment(
    frames: tf.Tensor,
    key: tf.Tensor,
    flip: bool = False,
    max_shift: int = 0,
    max_zoom: float = 0.0,
    max_contrast: float = 0.0,
) -> tf.Tensor:
    """Changes each clip in another way.

    Args:
        frames: float in [0, 1], `[clips, time, height, width, channel]`.
        key: int32 `[2]`, seed of the random draws.
        flip: whether clips are mirrored, left to right, with probability 1/2.
        max_shift: largest shift of a clip in pixels, vertically and
            horizontally; pixels of the border are repeated.
        max_zoom: largest relative change of the scale of a clip, about the
            centre of its frames; pixels of the border are repeated.
        max_contrast: largest relative change of the contrast of a clip. Its
            brightness changes by up to a third of this.

    Returns:
        Clips of the same shape and range.
    """
    keys = tf.unstack(tf.random.experimental.stateless_split(key, 4))
    if max_zoom:
        frames = _scaled(frames, keys[3], max_zoom)
    if flip or max_shift:
        frames = _moved(frames, keys[:2], flip, max_shift)
    if max_contrast:
        draw = tf.random.stateless_uniform(
            [2, tf.shape(frames)[0], 1, 1, 1, 1],
            keys[2],
            -max_contrast,
            max_contrast,
        )
        mean = tf.reduce_mean(frames, axis=(1, 2, 3, 4), keepdims=True)
        frames = mean + (frames - mean) * (1.0 + draw[0]) + draw[1] / 3.0
        frames = tf.clip_by_value(frames, 0.0, 1.0)
    return frames


def _moved(
    frames: tf.Tensor, keys: list[tf.Tensor], flip: bool, max_shift: int
) -> tf.Tensor:
    """Mirrors and shifts clips by whole pixels."""
    clips, _, height, width, _ = tf.unstack(tf.shape(frames))
    shifts = tf.random.stateless_uniform(
        [2, clips, 1], keys[0], -max_shift, max_shift + 1, tf.int32
    )
    rows = tf.clip_by_value(tf.range(height) + shifts[0], 0, height - 1)
    columns = tf.clip_by_value(tf.range(width) + shifts[1], 0, width - 1)
    if flip:
        mirrored = tf.random.stateless_uniform([clips, 1], keys[1]) < 0.5
        columns = tf.where(mirrored, width - 1 - columns, columns)
    moved = tf.transpose(frames, [0, 2, 3, 1, 4])  # [clips, H, W, time, C]
    moved = tf.gather(moved, rows, axis=1, batch_dims=1)
    moved = tf.gather(moved, columns, axis=2, batch_dims=1)
    return tf.transpose(moved, [0, 3, 1, 2, 4])


def _scaled(frames: tf.Tensor, key: tf.Tensor, max_zoom: float) -> tf.Tensor:
    """Scales clips by 1 / (1 + max_zoom) to 1 + max_zoom.

    The logarithm of the scale is uniform: enlarging is as probable as reducing.
    """
    clips = tf.shape(frames)[0]
    largest = math.log1p(max_zoom)
    scale = tf.exp(tf.random.stateless_uniform([clips], key, -largest, largest))
    for axis in (2, 3):
        frames = _resampled(frames, axis, scale)
    return frames


def _resampled(frames: tf.Tensor, axis: int, scale: tf.Tensor) -> tf.Tensor:
    """Scales one axis of each clip, with linear interpolation."""
    last = tf.shape(frames)[axis] - 1
    centre = tf.cast(last, tf.float32) / 2.0
    offsets = tf.cast(tf.range(last + 1), tf.float32) - centre
    places = centre + offsets / scale[:, None]  # [clips, size]
    places = tf.clip_by_value(places, 0.0, 2.0 * centre)
    below = tf.cast(places, tf.int32)
    above = tf.minimum(below + 1, last)
    parts = places - tf.floor(places)
    # tf.gather wants the axis right after that of the clips.
    order = [0, axis, *(n for n in range(1, 5) if n != axis)]
    frames = tf.transpose(frames, order)  # [clips, size, ...]
    low = tf.gather(frames, below, axis=1, batch_dims=1)
    high = tf.gather(frames, above, axis=1, batch_dims=1)
    frames = low + parts[:, :, None, None, None] * (high - low)
    return tf.transpose(frames, np.argsort(order))
