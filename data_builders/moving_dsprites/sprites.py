"""Draws the sprites of dSprites from their geometry, without a file.

The outlines were fitted to images of the published dataset (L. Matthey et al.,
"dSprites: Disentanglement testing Sprites dataset", 2017): a pixel is set if
its centre is inside the outline.
"""

import functools

import numpy as np
from mipae_tf.data_builders.worlds import compose

SHAPES = ("square", "ellipse", "heart")
SIZES = (3, 6, 40, 32, 32)  # shape, scale, orientation, x, y
FRAME_SIZE = 64  # of the published images

# Lengths in pixels at scale 1, in the coordinates of the unrotated sprite.
_SQUARE_HALF_SIDE = 9.6
_ELLIPSE_AXES = (12.76, 7.22)
# The right half of the heart, from the notch over the lobe to the tip: two
# cubic Bezier curves, (right, down) from the centre of rotation.
_HEART = (
    ((0.0, -4.955), (1.088, -10.144), (7.014, -10.964), (9.246, -6.056)),
    ((9.246, -6.056), (11.587, 0.821), (1.288, 4.501), (0.0, 9.694)),
)
_MAX_RADIUS = 14  # pixels; the maximum distance of an outline from the centre
_CHUNK_FRAMES = 64  # frames drawn at a time, few enough to fit in the cache
_HEART_STEP = 1 / 256  # pixels between the entries of the heart's edges


class DrawnSprites:
    """Draws sprites, white on black, as in the published images.

    The centre of a sprite with x index i is at column 15.5 + 32 i / 31, and
    likewise for y and rows. Scale index k is 0.5 + 0.1 k. Orientation index k
    rotates the sprite by 2 pi k / 39, so that the indices 0 and 39 are equal.
    """

    def draw(
        self,
        shape: np.ndarray,
        scale: np.ndarray,
        orientation: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
    ) -> np.ndarray:
        """Draws one sprite per frame.

        Args:
            shape: Index into `SHAPES`, `[frames]`.
            scale: 0..5, `[frames]`.
            orientation: 0..39, `[frames]`.
            x: 0..31, left to right, `[frames]`.
            y: 0..31, top to bottom, `[frames]`.

        Returns:
            Frames, uint8 0 or 255, `[frames, 64, 64]`.
        """
        frames = np.zeros((len(shape), FRAME_SIZE, FRAME_SIZE), np.uint8)
        for index, inside in enumerate(_INSIDE):
            chosen = np.flatnonzero(np.asarray(shape) == index)
            for low in range(0, len(chosen), _CHUNK_FRAMES):
                part = chosen[low : low + _CHUNK_FRAMES]
                frames[part] = _draw(
                    inside, scale[part], orientation[part], x[part], y[part]
                )
        return frames


def _draw(inside, scale, orientation, x, y) -> np.ndarray:
    column, row = 15.5 + 32 * x / 31, 15.5 + 32 * y / 31  # [frames]
    left, top = (np.floor(c).astype(int) - _MAX_RADIUS for c in (column, row))
    window = np.arange(2 * _MAX_RADIUS + 2)
    across = (left - column)[:, None] + window  # [frames, width]
    down = (top - row)[:, None] + window  # [frames, height]
    angle, size = 2 * np.pi * orientation / 39, 0.5 + 0.1 * scale
    cos, sin = (f(angle)[:, None] / size[:, None] for f in (np.cos, np.sin))
    # Pixel centres in the coordinates of the sprite, [frames, height, width].
    u = _outer_sum(-sin * down, cos * across)
    v = _outer_sum(cos * down, sin * across)
    patches = inside(u, v).astype(np.uint8) * np.uint8(255)
    return compose.paste(patches, top, left, FRAME_SIZE)


def _outer_sum(rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
    rows, columns = rows.astype(np.float32), columns.astype(np.float32)
    return rows[:, :, None] + columns[:, None, :]  # [frames, height, width]


def _in_square(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(u), np.abs(v)) <= _SQUARE_HALF_SIDE


def _in_ellipse(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    long, short = (np.float32(axis) for axis in _ELLIPSE_AXES)
    return np.square(u / long) + np.square(v / short) <= 1


def _in_heart(u: np.ndarray, v: np.ndarray) -> np.ndarray:
    upper, lower = _heart_edges()
    column = (np.abs(u) * np.float32(1 / _HEART_STEP)).astype(np.int32)
    above = upper.take(column, mode="clip")
    return (v >= above) & (v <= lower.take(column, mode="clip"))


_INSIDE = (_in_square, _in_ellipse, _in_heart)


@functools.cache
def _heart_edges() -> tuple[np.ndarray, np.ndarray]:
    """Upper and lower edge of the heart, for each column of its right half."""
    t = np.linspace(0, 1, 1000)
    weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
    basis = np.stack(weights, -1)  # [points, 4]
    outline = np.concatenate([basis @ np.array(curve) for curve in _HEART])
    widest = outline[:, 0].argmax()
    columns = np.arange(0, _MAX_RADIUS, _HEART_STEP) + _HEART_STEP / 2
    # Beyond the widest point nothing is inside: the upper edge is infinite.
    upper = np.interp(columns, *outline[: widest + 1].T, right=np.inf)
    lower = np.interp(columns, *outline[widest:][::-1].T)
    return upper.astype(np.float32), lower.astype(np.float32)
