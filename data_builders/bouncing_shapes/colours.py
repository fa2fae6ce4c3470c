"""Colours of objects, and backgrounds."""

import functools

import numpy as np

# So that objects differ from the background, which is darker and less
# saturated.
_DARKEST, _BRIGHTEST_BACKGROUND = 0.55, 0.4
_GRID = 5  # random values of a noise image along an axis
_SEED = 20130612  # backgrounds are the same in all configurations


def rgb(hue: np.ndarray) -> np.ndarray:
    """Saturated colours of hues in radians: float32 `[..., 3]`, 0 to 255."""
    corner = np.array([0, 4, 2])
    sixths = (np.asarray(hue)[..., None] * 3 / np.pi + corner) % 6
    return (255 * np.clip(np.abs(sixths - 3) - 1, 0, 1)).astype(np.float32)


def grey(brightness: np.ndarray) -> np.ndarray:
    """Grey levels of brightness 0 to 1: float32 `[..., 1]`, 0 to 255."""
    level = _DARKEST + (1 - _DARKEST) * np.asarray(brightness)[..., None]
    return (255 * level).astype(np.float32)


@functools.lru_cache(maxsize=1024)
def background(kind: str, number: int, side: int, channels: int) -> np.ndarray:
    """One of the random backgrounds.

    Args:
        kind: `gradient`, between two colours at opposite sides, or `noise`, a
            smooth random image.
        number: Which of them.
        side: Height and width.
        channels: 1 or 3.

    Returns:
        uint8 `[side, side, channels]`, at most 40 % of full brightness.
    """
    rng = np.random.default_rng([_SEED, number, channels])
    pixel = (np.arange(side) + 0.5) / side  # in [0, 1]
    if kind == "gradient":
        angle = rng.uniform(0, 2 * np.pi)
        first, second = rng.random((2, channels))
        x, y = np.cos(angle) * (pixel - 0.5), np.sin(angle) * (pixel - 0.5)
        share = x + y[:, None]  # [side, side]
        share = (share - share.min()) / np.ptp(share)
        image = first + share[..., None] * (second - first)
    else:
        grid = rng.random((_GRID, _GRID, channels))
        place = pixel[:, None] * (_GRID - 1) - np.arange(_GRID)
        weight = np.maximum(0, 1 - np.abs(place))  # [side, grid]
        image = np.einsum("yi,xj,ijc->yxc", weight, weight, grid)
    return np.rint(255 * _BRIGHTEST_BACKGROUND * image).astype(np.uint8)
