"""Random changes of training clips, the same for all frames of a clip."""

import tensorflow as tf


def augment(
    frames: tf.Tensor,
    key: tf.Tensor,
    flip: bool = False,
    max_shift: int = 0,
    max_contrast: float = 0.0,
    max_zoom: float = 0.0,
    invert: bool = False,
) -> tf.Tensor:
    """Changes each clip in another way.

    Args:
        frames: float in [0, 1], `[clips, time, height, width, channel]`.
        key: int32 `[2]`, seed of the random draws.
        flip: whether clips are mirrored, left to right, with probability 1/2.
        max_shift: largest shift of a clip in pixels, vertically and
            horizontally; pixels of the border are repeated.
        max_contrast: largest relative change of the contrast of a clip. Its
            brightness changes by up to a third of this.
        max_zoom: largest relative enlargement of a clip, around its centre.
        invert: whether bright and dark are exchanged with probability 1/2.

    Returns:
        Clips of the same shape and range.
    """
    keys = tf.unstack(tf.random.experimental.stateless_split(key, 5))
    if max_zoom:
        frames = _zoomed(frames, keys[3], max_zoom)
    if flip or max_shift:
        frames = _moved(frames, keys[:2], flip, max_shift)
    clips = tf.shape(frames)[0]
    if max_contrast:
        draw = tf.random.stateless_uniform(
            [2, clips, 1, 1, 1, 1], keys[2], -max_contrast, max_contrast
        )
        mean = tf.reduce_mean(frames, axis=(1, 2, 3, 4), keepdims=True)
        frames = mean + (frames - mean) * (1.0 + draw[0]) + draw[1] / 3.0
        frames = tf.clip_by_value(frames, 0.0, 1.0)
    if invert:
        chosen = tf.random.stateless_uniform([clips, 1, 1, 1, 1], keys[4]) < 0.5
        frames = tf.where(chosen, 1.0 - frames, frames)
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


def _zoomed(frames: tf.Tensor, key: tf.Tensor, most: float) -> tf.Tensor:
    """Enlarges clips around their centres, by up to `most`."""
    clips, time, height, width, depth = tf.unstack(tf.shape(frames))
    margin = 0.5 - 0.5 / (
        1.0 + tf.random.stateless_uniform([clips, 1], key, 0.0, most)
    )
    boxes = tf.concat([margin, margin, 1.0 - margin, 1.0 - margin], axis=1)
    flat = tf.transpose(frames, [0, 2, 3, 1, 4])
    flat = tf.reshape(flat, [clips, height, width, time * depth])
    flat = tf.image.crop_and_resize(
        flat, boxes, tf.range(clips), [height, width]
    )
    flat = tf.reshape(flat, [clips, height, width, time, depth])
    shape = frames.shape
    return tf.ensure_shape(tf.transpose(flat, [0, 3, 1, 2, 4]), shape)
