"""Spatial transformers that scale and shift: crops of images and pastes.

Coordinates are x (to the right) and y (downwards), from -1 at the center of the
first pixel of an image to 1 at the center of the last one.
"""

import tensorflow as tf


def resample(
    images: tf.Tensor,
    scale: tf.Tensor,
    shift: tf.Tensor,
    size: tuple[int, int],
) -> tf.Tensor:
    """Images sampled at the coordinates `scale * u + shift`.

    u are the coordinates of the pixels of the result. A scale below 1 takes a
    part of the image; a scale above 1 makes the image a part of the result,
    which is 0 elsewhere. The interpolation is bilinear. Gradients reach the
    images, the scale and the shift.

    Args:
        images: `[batch, height, width, channel]`.
        scale: `[batch, 2]` of x and y, or `[batch, 1]` for both.
        shift: `[batch, 2]` of x and y.
        size: height and width of the result.

    Returns:
        float32 `[batch, *size, channel]`.

    References:
        - Spatial Transformer Networks (https://arxiv.org/abs/1506.02025).
    """
    # Positions stay float32: bfloat16 only resolves whole pixels.
    images, scale, shift = (
        tf.cast(x, tf.float32) for x in (images, scale, shift)
    )
    scale = tf.broadcast_to(scale, tf.shape(shift))
    scale_x, scale_y = tf.unstack(scale, num=2, axis=-1)  # [batch] each
    shift_x, shift_y = tf.unstack(shift, num=2, axis=-1)
    rows = _weights(scale_y, shift_y, images.shape[1], size[0])
    columns = _weights(scale_x, shift_x, images.shape[2], size[1])
    # Products of matrices, one per channel; einsum takes twice the time.
    planes = tf.transpose(images, [0, 3, 1, 2])  # [batch, channel, h, w]
    tall = tf.matmul(rows[:, None], planes)
    wide = tf.matmul(tall, columns[:, None], transpose_b=True)
    return tf.transpose(wide, [0, 2, 3, 1])


def inverse(scale: tf.Tensor, shift: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Scale and shift of the opposite direction: of a crop for a paste.

    What `resample` places in an image, it cuts out again with these, up to the
    blur of the interpolation.

    Args:
        scale: `[..., 1 or 2]`, not 0.
        shift: `[..., 2]`.
    """
    return 1.0 / scale, -shift / scale


def _weights(
    scale: tf.Tensor, shift: tf.Tensor, source: int, target: int
) -> tf.Tensor:
    """Weights of the linear interpolation along one axis.

    Args:
        scale: `[batch]`.
        shift: `[batch]`.
        source: pixels of the images.
        target: pixels of the result.

    Returns:
        `[batch, target, source]`.
    """
    at = scale[:, None] * tf.linspace(-1.0, 1.0, target) + shift[:, None]
    pixel = (at + 1.0) * (0.5 * (source - 1))  # [batch, target]
    away = pixel[:, :, None] - tf.range(source, dtype=tf.float32)
    return tf.nn.relu(1.0 - tf.abs(away))
