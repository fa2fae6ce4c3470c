"""Eq. 1 to 3: objects are matched, their contents mixed, and layers merged.

Scales and positions are z_where = (s_x, s_y, t_x, t_y): an object with its
margin covers the shares s of the sides of a frame, and its center is at t in
coordinates from -1 (left, top) to 1.
"""

import tensorflow as tf

from mipae_tf.models.frame_wise import fold_axes
from mipae_tf.networks.spatial_transformer import inverse
from mipae_tf.networks.spatial_transformer import resample

WHERE_DIM = 4
# Sum of the mask of an object, in pixels, from which on it counts as present.
LEAST_PIXELS = 8.0
FAR = 1e6  # larger than every distance


def crop(images: tf.Tensor, where: tf.Tensor, size: int) -> tf.Tensor:
    """What is at z_where, `[batch, objects, size, size, channel]`.

    Args:
        images: `[batch, height, width, channel]`.
        where: z_where, `[batch, objects, 4]`.
        size: height and width of a crop.
    """
    every = tf.repeat(images[:, None], where.shape[1], axis=1)

    def cut(images, where):
        return resample(images, where[:, :2], where[:, 2:], (size, size))

    return fold_axes(2, cut, every, where)


def paste(crops: tf.Tensor, where: tf.Tensor, size: int) -> tf.Tensor:
    """The opposite of `crop`: each object alone in a frame of zeros.

    Args:
        crops: `[batch, objects, height, width, channel]`.
        where: z_where, `[batch, objects, 4]`.
        size: height and width of a frame.

    Returns:
        `[batch, objects, size, size, channel]`.
    """

    def place(crops, where):
        opposite = inverse(where[:, :2], where[:, 2:])
        return resample(crops, *opposite, (size, size))

    return fold_axes(2, place, crops, where)


def content_distances(own: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """‖z_c^i - z'_c^j‖², `[batch, objects i, objects j]`.

    Args:
        own: z_c, `[batch, objects, content_dim]`.
        other: z'_c, of the same shape.
    """
    difference = own[:, :, None] - other[:, None]
    return tf.reduce_sum(tf.square(difference), axis=-1)


def match(distances: tf.Tensor, present: tf.Tensor) -> tf.Tensor:
    """Eq. 1: j = argmin_j ‖z_c^i - z'_c^j‖², int32 `[batch, objects]`.

    Args:
        distances: `[batch, objects i, objects j]`.
        present: whether object j is present, 0 or 1, `[batch, objects]`.
            Absent objects are only taken if there is no other.
    """
    absent = FAR * (1.0 - present)[:, None]
    return tf.argmin(distances + absent, axis=-1, output_type=tf.int32)


def mix(own: tf.Tensor, matched: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """Eq. 2: (1 - α) z_c^i + α z'_c^j.

    Args:
        own: z_c, `[batch, objects, content_dim]`.
        matched: z'_c of the matched objects, of the same shape.
        alpha: α in [0, 1], broadcast to this shape.
    """
    return own + alpha * (matched - own)


def merge(
    background: tf.Tensor,
    colors: tf.Tensor,
    masks: tf.Tensor,
    normalized: bool,
) -> tf.Tensor:
    """Eq. 3: x̂ = (1 - Σ_i m_i) x̂_back + Σ_i m_i y_i.

    Args:
        background: x̂_back, `[batch, height, width, channel]`.
        colors: m_i y_i, pasted, `[batch, objects, height, width, channel]`.
        masks: m_i, pasted, `[batch, objects, height, width, 1]`.
        normalized: whether masks are divided by max(1, Σ_i m_i), so that they
            never add up to more than 1.
    """
    total = tf.reduce_sum(masks, axis=1)  # [batch, height, width, 1]
    drawn = tf.reduce_sum(colors, axis=1)
    if normalized:
        excess = tf.maximum(total, 1.0)
        total, drawn = total / excess, drawn / excess
    return (1.0 - total) * background + drawn


def shares(masks: tf.Tensor) -> tf.Tensor:
    """Masks `[batch, objects, ...]` that add up to at most 1."""
    total = tf.reduce_sum(masks, axis=1, keepdims=True)
    return masks / tf.maximum(total, 1.0)
