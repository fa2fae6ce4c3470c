"""Objects as the largest residuals of the background; not in the paper."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

# Steps from the highest mean residual to the center of mass around it.
SHIFTS = 3
# Side of an object with its margin over the deviation of its residual, half of
# the frame being 1; it is 1.7 for a uniform square without a margin.
SIDE = 2.7
# Deviation of the window around a center over the side of an object.
WINDOW = 0.6


class Peaks(NamedTuple):
    """What `find_peaks` finds, without a gradient.

    Attributes:
        where: z_where, `[batch, objects, 4]`.
        energy: sum of the residual inside each, `[batch, objects]`.
    """

    where: tf.Tensor
    energy: tf.Tensor


def find_peaks(
    residual: tf.Tensor, objects: int, scale: float, scale_range: float
) -> Peaks:
    """Finds the largest residuals one after the other.

    Each is the center of mass around the highest mean over half an object. Its
    scale follows from the spread of the residual there. What is inside is then
    removed, so that the next one is elsewhere.

    All windows are products of one in x and one in y, so that the work is
    products of small matrices.

    Args:
        residual: squared error of the background, `[batch, size, size]`.
        objects: number of peaks.
        scale: expected side of an object, as a share of that of the frame.
        scale_range: largest relative difference from it.
    """
    residual = tf.stop_gradient(residual)
    grid = tf.linspace(-1.0, 1.0, residual.shape[1])
    found, energies = [], []
    for _ in range(objects):
        x, y = _highest(residual, scale, grid)
        for _ in range(SHIFTS):
            near_x, near_y = (_near(at, scale, grid) for at in (x, y))
            x, spread_x = _moments(near_x * _sum(residual, near_y, 1), grid)
            y, spread_y = _moments(near_y * _sum(residual, near_x, 2), grid)
        sides = [_side(v, scale, scale_range) for v in (spread_x, spread_y)]
        within_x, within_y = (
            tf.cast(tf.abs(grid - at[:, None]) <= side[:, None], tf.float32)
            for at, side in zip((x, y), sides, strict=True)
        )
        inside = within_y[:, :, None] * within_x[:, None]
        energies.append(tf.reduce_sum(residual * inside, axis=(1, 2)))
        found.append(tf.stack([*sides, x, y], axis=-1))
        residual = residual * (1.0 - inside)
    # [batch, objects, 4] and [batch, objects]
    return Peaks(tf.stack(found, axis=1), tf.stack(energies, axis=1))


def _highest(
    residual: tf.Tensor, scale: float, grid: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """x and y of the highest mean over half an object, `[batch]` each."""
    size = residual.shape[1]
    places = np.arange(size)
    reach = max(1, round(0.25 * scale * size))
    band = np.abs(places[:, None] - places) <= reach
    band = tf.constant(band, tf.float32)  # [size, size]
    means = tf.matmul(band, tf.matmul(residual, band))
    place = tf.argmax(tf.reshape(means, [-1, size**2]), axis=1)
    return tf.gather(grid, place % size), tf.gather(grid, place // size)


def _near(center: tf.Tensor, scale: float, grid: tf.Tensor) -> tf.Tensor:
    """A Gaussian window around centers `[batch]`, `[batch, size]`."""
    away = (grid - center[:, None]) / (WINDOW * scale)
    return tf.exp(-0.5 * tf.square(away))


def _sum(residual: tf.Tensor, weight: tf.Tensor, axis: int) -> tf.Tensor:
    """Weighted sum along rows (1) or columns (2), `[batch, size]`."""
    if axis == 1:
        return tf.matmul(weight[:, None], residual)[:, 0]
    return tf.matmul(residual, weight[..., None])[..., 0]


def _moments(weight: tf.Tensor, grid: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Mean and variance of the coordinate under weights `[batch, size]`."""
    share = weight / (tf.reduce_sum(weight, axis=1, keepdims=True) + 1e-12)
    mean = tf.reduce_sum(share * grid, axis=1)
    square = tf.square(grid - mean[:, None])
    return mean, tf.reduce_sum(share * square, axis=1)


def _side(variance: tf.Tensor, scale: float, scale_range: float) -> tf.Tensor:
    """Sides of objects; the effect of a Gaussian window is removed."""
    window = (WINDOW * scale) ** 2
    variance = tf.clip_by_value(variance, 1e-6, 0.99 * window)
    own = tf.sqrt(1.0 / (1.0 / variance - 1.0 / window))
    low, high = 1.0 - scale_range, 1.0 + scale_range
    return tf.clip_by_value(SIDE * own, low * scale, high * scale)
