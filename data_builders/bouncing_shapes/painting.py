"""Paints objects at any position, with smooth edges and exact masks."""

import dataclasses
import itertools
import math

import numpy as np
from mipae_tf.data_builders.bouncing_shapes import outlines
from mipae_tf.data_builders.worlds.compose import mix


@dataclasses.dataclass
class Objects:
    """The objects of some frames; each array is `[frames, objects]`.

    Attributes:
        shape: Index into `SHAPES`.
        size: Radius of the circle around the shape, in pixels.
        x: Column of the centroid; the centre of pixel 0 is at 0.5.
        y: Row of the centroid.
        angle: Rotation from the x axis to the y axis, in radians.
        colour: `[frames, objects, channels]`, 0 to 255.
        depth: An object hides those of greater depth. If two are equal, the
            first is in front.
        present: Whether the object is in the frame.
    """

    shape: np.ndarray
    size: np.ndarray
    x: np.ndarray
    y: np.ndarray
    angle: np.ndarray
    colour: np.ndarray
    depth: np.ndarray
    present: np.ndarray


def paint(canvas: np.ndarray, objects: Objects) -> np.ndarray:
    """Paints objects over the backgrounds of frames.

    A pixel is mixed from the colour of the object and what is behind it by the
    share of the pixel that is covered, to a good approximation. Only windows
    around the objects are computed, those of all frames together.

    Args:
        canvas: Backgrounds, uint8 `[frames, side, side, channels]`, changed in
            place.
        objects: What to paint.

    Returns:
        Masks, uint8 `[frames, side, side, objects]`: 1 where the centre of the
        pixel is inside the object, and in no object in front of it.
    """
    frames, side = canvas.shape[:2]
    every = np.arange(frames)
    # From back to front; in the rest, arrays have the shape [objects, frames].
    order = np.argsort(objects.depth, -1, kind="stable")[:, ::-1].T
    window = min(side, 2 * math.ceil(objects.size.max()) + 3)
    x, y = objects.x[every, order], objects.y[every, order]
    left, top = _first(x, window, side), _first(y, window, side)
    pixel = np.arange(window) + 0.5
    distance = outlines.distances(
        objects.shape[every, order],
        objects.size[every, order],
        objects.angle[every, order],
        (left - x)[..., None] + pixel,
        (top - y)[..., None] + pixel,
    )  # [objects, frames, window, window]
    distance[~objects.present[every, order]] = 1
    # Only pixels that an object covers change, [pixels].
    drawn = np.flatnonzero(distance < 0.5)
    distance = distance.reshape(-1).take(drawn)
    cover = np.minimum(0.5 - distance, 1)
    first = (every * side + top) * side + left
    grid = side * np.arange(window)[:, None] + np.arange(window)
    place = (first[..., None, None] + grid).reshape(-1).take(drawn)
    # The first of them in each window, [objects, frames], and after the last.
    ends = np.searchsorted(drawn, window**2 * np.arange(order.size + 1))
    window_of = np.repeat(np.arange(order.size), np.diff(ends))
    colour = objects.colour[every, order].reshape(order.size, -1)
    colour = colour.T.take(window_of, 1)  # [channels, pixels]
    for low, high in itertools.pairwise(ends[::frames].tolist()):
        mix(canvas, place[low:high], cover[low:high], colour[:, low:high])
    inside = np.flatnonzero(distance < 0)
    place, index = place.take(inside), order.reshape(-1).take(window_of)
    front = np.zeros(frames * side * side, np.uint8)  # 1 + index, 0 for none
    front[place] = 1 + index.take(inside)  # of one pixel, the last is kept
    seen = np.flatnonzero(front != 0)
    masks = np.zeros((*canvas.shape[:3], len(order)), np.uint8)
    masks.reshape(-1)[seen * len(order) + front.take(seen) - 1] = 1
    return masks


def _first(centre: np.ndarray, window: int, side: int) -> np.ndarray:
    """The first row or column of the window around a centre.

    A window that would leave the frame is moved inside: it still contains all
    pixels of the object that are in the frame.
    """
    first = np.rint(centre).astype(np.int64) - window // 2
    return np.clip(first, 0, side - window)
