"""Frames that are composed of a drawing and of the pixels of a known frame.

    x̂ = m · d + (1 - m) · w(r),  w(r)[p] = r[p + f[p]]

d is a drawing, r the known frame, f an offset for each pixel and m a mask. For
m = 0 and f = 0, x̂ is a copy of r.
"""

import tensorflow as tf

# The mask starts at sigmoid(-2) = 0.12, so that x̂ starts as a copy of r.
FIRST_MASK_LOGIT = -2.0
# The unit of the offsets in pixels.
OFFSET_SCALE = 8.0


def maps_per_frame(channels: int, moves: bool) -> int:
    """Channels of `maps` in `blend`, for frames of `channels` channels."""
    return channels + (3 if moves else 1)


def blend(maps: tf.Tensor, known: tf.Tensor, moves: bool) -> tf.Tensor:
    """Composes frames of a drawing and a known frame.

    Args:
        maps: outputs of a decoder, `[batch, height, width, maps]`: the logits
            of the drawing, the logit of the mask and, if `moves`, the vertical
            and the horizontal offset in units of `OFFSET_SCALE` pixels.
        known: the known frame in [0, 1], `[batch, height, width, channel]`.
        moves: whether the pixels of the known frame are moved.

    Returns:
        Frames in [0, 1], of the shape of `known`.
    """
    channels = known.shape[-1]
    drawing = tf.sigmoid(maps[..., :channels])
    mask = tf.sigmoid(maps[..., channels : channels + 1] + FIRST_MASK_LOGIT)
    if moves:
        known = move_pixels(known, OFFSET_SCALE * maps[..., channels + 1 :])
    return mask * drawing + (1.0 - mask) * known


def move_pixels(frames: tf.Tensor, offsets: tf.Tensor) -> tf.Tensor:
    """Takes each pixel from another place, with bilinear interpolation.

    Outside the frame, the nearest pixel of its border is taken.

    Args:
        frames: `[batch, height, width, channel]`.
        offsets: rows and columns to add to the place of each pixel, in pixels,
            `[batch, height, width, 2]`.

    Returns:
        Frames of the same shape, differentiable in both arguments.
    """
    height, width = frames.shape[1:3]
    rows = tf.range(height, dtype=tf.float32)[:, None] + offsets[..., 0]
    columns = tf.range(width, dtype=tf.float32) + offsets[..., 1]
    rows = tf.clip_by_value(rows, 0.0, height - 1.0)  # [batch, height, width]
    columns = tf.clip_by_value(columns, 0.0, width - 1.0)
    top, left = tf.floor(rows), tf.floor(columns)
    bottom = tf.minimum(top + 1.0, height - 1.0)
    right = tf.minimum(left + 1.0, width - 1.0)
    flat = tf.reshape(frames, [-1, height * width, frames.shape[-1]])

    def pixels(row: tf.Tensor, column: tf.Tensor) -> tf.Tensor:
        place = tf.cast(row * width + column, tf.int32)
        return tf.gather(flat, place, batch_dims=1)  # like `frames`

    down, across = (rows - top)[..., None], (columns - left)[..., None]
    upper = pixels(top, left) * (1 - across) + pixels(top, right) * across
    lower = pixels(bottom, left) * (1 - across) + pixels(bottom, right) * across
    return upper * (1 - down) + lower * down
