"""Paints objects at any position, with smooth edges and exact masks."""

import dataclasses
import math

import numpy as np
from mipae_tf.data_builders.bouncing_shapes import outlines


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
    number = objects.size.shape[1]
    window = min(side, 2 * math.ceil(objects.size.max()) + 3)
    top = _first(objects.y, window, side)  # [frames, objects]
    left = _first(objects.x, window, side)
    distance = _distances(objects, top, left, window)
    cover = np.clip(0.5 - distance, 0, 1)  # [frames, objects, window, window]
    front = np.zeros((frames, side, side), np.uint8)  # 1 + index, 0 for none
    pixels, fronts = _windows(canvas, window), _windows(front, window)
    # The last is in front.
    order = np.argsort(objects.depth, -1, kind="stable")[:, ::-1]
    for index in order.T:  # [frames], an object in each frame
        frame = np.flatnonzero(objects.present[np.arange(frames), index])
        one = frame, index[frame]
        place = frame, top[one], left[one]
        behind = pixels[place].astype(np.float32)
        # [frames, channels, window, window]
        colour = objects.colour[one][..., None, None]
        behind += cover[one][:, None] * (colour - behind)
        pixels[place] = np.rint(behind).astype(np.uint8)
        label = np.uint8(1 + one[1])[:, None, None]
        fronts[place] = np.where(distance[one] < 0, label, fronts[place])
    masks = np.empty((*front.shape, number), np.uint8)
    for n in range(number):
        masks[..., n] = front == n + 1
    return masks


def _first(centre: np.ndarray, window: int, side: int) -> np.ndarray:
    """The first row or column of the window around a centre.

    A window that would leave the frame is moved inside: it still contains all
    pixels of the object that are in the frame.
    """
    first = np.rint(centre).astype(np.int64) - window // 2
    return np.clip(first, 0, side - window)


def _distances(
    objects: Objects, top: np.ndarray, left: np.ndarray, window: int
) -> np.ndarray:
    """Distances of the pixels of each window, `[..., window, window]`."""
    pixel = np.arange(window) + 0.5
    right = left[..., None] + pixel - objects.x[..., None]
    down = top[..., None] + pixel - objects.y[..., None]
    found = outlines.distances(
        objects.shape.ravel(),
        objects.size.ravel(),
        objects.angle.ravel(),
        right.reshape(-1, window).astype(np.float32),
        down.reshape(-1, window).astype(np.float32),
    )  # [frames * objects, window, window]
    return found.reshape(*top.shape, window, window)


def _windows(frames: np.ndarray, window: int) -> np.ndarray:
    """A writeable view `[frames, top, left, (channels,) window, window]`."""
    return np.lib.stride_tricks.sliding_window_view(
        frames, (window, window), (1, 2), writeable=True
    )
