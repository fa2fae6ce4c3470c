"""Coordinates of pixels as additional channels (CoordConv)."""

import tensorflow as tf


def coordinate_grid(height: int, width: int) -> tf.Tensor:
    """x and y of the centers of pixels, in [-1, 1], `[height, width, 2]`.

    The coordinates are those of `spatial_transformer`.
    """
    y, x = tf.meshgrid(
        tf.linspace(-1.0, 1.0, height),
        tf.linspace(-1.0, 1.0, width),
        indexing="ij",
    )
    return tf.stack([x, y], axis=-1)  # [height, width, 2]


def with_coordinates(maps: tf.Tensor) -> tf.Tensor:
    """Appends two channels with the coordinates x and y.

    Args:
        maps: `[batch, height, width, channel]`, with static height and width.

    Returns:
        `[batch, height, width, channel + 2]` of the same type.

    References:
        - CoordConv (https://arxiv.org/abs/1807.03247).
    """
    _, height, width, _ = maps.shape
    grid = tf.cast(coordinate_grid(height, width), maps.dtype)
    shape = tf.concat([tf.shape(maps)[:-1], [2]], axis=0)
    return tf.concat([maps, tf.broadcast_to(grid, shape)], axis=-1)
