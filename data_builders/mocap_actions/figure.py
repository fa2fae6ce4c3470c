"""Draws a person as capsules, seen by a distant camera."""

from typing import NamedTuple

import numpy as np


class Part(NamedTuple):
    """A capsule between two points of the skeleton.

    Attributes:
        start: Name of a point.
        end: Name of a point.
        radius: Metres.
        paint: `shirt`, `trousers`, `skin` or `dark` (hair and shoes).
    """

    start: str
    end: str
    radius: float
    paint: str


def _limbs(side: str) -> tuple[Part, ...]:
    return (
        Part(f"{side}_shoulder", f"{side}_elbow", 0.05, "shirt"),
        Part(f"{side}_elbow", f"{side}_wrist", 0.04, "skin"),
        Part(f"{side}_hip", f"{side}_knee", 0.07, "trousers"),
        Part(f"{side}_knee", f"{side}_ankle", 0.055, "trousers"),
        Part(f"{side}_heel", f"{side}_toe", 0.04, "dark"),
    )


PARTS = (
    Part("right_hip", "left_hip", 0.085, "trousers"),
    Part("root", "chest", 0.11, "shirt"),
    Part("chest", "neck", 0.12, "shirt"),
    Part("right_shoulder", "left_shoulder", 0.055, "shirt"),
    Part("neck", "head", 0.05, "skin"),
    Part("head", "head", 0.105, "skin"),
    Part("hair", "hair", 0.1, "dark"),
    *_limbs("right"),
    *_limbs("left"),
)
_RIM = 0.35  # how much darker a part is at its outline than on its axis
_DEPTH = 0.5  # how much brighter a part is, per metre nearer to the camera


def look(places: np.ndarray, yaw: np.ndarray, elevation: np.ndarray):
    """Turns places to the axes of a camera.

    At yaw 0 the camera sees the right side of a person who faces along x, so
    that forward is to the right in the frame; at yaw pi / 2 it sees the front.

    Args:
        places: `[frames, points, 3]`.
        yaw: Direction of the camera around the vertical axis, `[frames]`.
        elevation: Angle of the camera above the horizon, `[frames]`.

    Returns:
        To the right, down, and towards the camera, `[frames, points, 3]`.
    """
    sin_yaw, cos_yaw = np.sin(yaw), np.cos(yaw)
    sin_up, cos_up = np.sin(elevation), np.cos(elevation)
    right = [cos_yaw, np.zeros_like(yaw), -sin_yaw]
    down = [sin_up * sin_yaw, -cos_up, sin_up * cos_yaw]
    near = [cos_up * sin_yaw, sin_up, cos_up * cos_yaw]
    axes = np.array([right, down, near])  # [camera axis, axis, frames]
    return places @ axes.transpose(2, 1, 0)


def outline(
    places: np.ndarray, girth: np.ndarray, points: tuple[str, ...]
) -> tuple[np.ndarray, np.ndarray]:
    """How far the drawn body reaches from the root.

    Args:
        places: Points in the axes of the camera, metres `[frames, points, 3]`.
        girth: Width of the parts, relative to `PARTS`, `[frames]`.
        points: Names of the points.

    Returns:
        Lowest and highest value to the right and down, metres `[frames, 2]`.
    """
    start, end, radius = _parts(places, girth, points)
    reach = radius[..., None]
    low = np.minimum(start, end)[..., :2] - reach  # [frames, parts, 2]
    high = np.maximum(start, end)[..., :2] + reach
    return low.min(1), high.max(1)


def draw(
    places: np.ndarray,
    girth: np.ndarray,
    paints: dict[str, np.ndarray],
    root: np.ndarray,
    scale: np.ndarray,
    points: tuple[str, ...],
    frames: np.ndarray,
) -> np.ndarray:
    """Draws one person on each frame.

    Args:
        places: Points in the axes of the camera, relative to the root, metres
            `[frames, points, 3]`.
        girth: Width of the parts, relative to `PARTS`, `[frames]`.
        paints: RGB of each paint in 0..255, `[frames, 3]`.
        root: Column and row of the root, `[frames, 2]`.
        scale: Pixels per metre, `[frames]`.
        points: Names of the points.
        frames: See `capsules`.

    Returns:
        The mask of the person, see `capsules`.
    """
    start, end, radius = _parts(places, girth, points)
    near = (start + end)[..., 2:] / 2  # [frames, parts, 1]
    colour = np.stack([paints[part.paint] for part in PARTS], 1)
    colour = np.minimum(colour * (1 + _DEPTH * near), 255)  # [.., parts, 3]
    scale, root = scale[:, None], root[:, None]
    return capsules(
        start[..., :2] * scale[..., None] + root,
        end[..., :2] * scale[..., None] + root,
        radius * scale,
        colour,
        near[..., 0],
        frames,
    )


def _parts(places, girth, points):
    """Start, end `[frames, parts, 3]` and radius `[frames, parts]`, metres."""
    index = {name: number for number, name in enumerate(points)}
    start = places[:, [index[part.start] for part in PARTS]]
    end = places[:, [index[part.end] for part in PARTS]]
    radius = girth[:, None] * [part.radius for part in PARTS]
    return start, end, radius


def capsules(
    start: np.ndarray,
    end: np.ndarray,
    radius: np.ndarray,
    colour: np.ndarray,
    near: np.ndarray,
    frames: np.ndarray,
) -> np.ndarray:
    """Draws capsules on frames, the nearest last, with smooth outlines.

    Args:
        start: Column and row of one end, `[frames, parts, 2]`. Pixel centres
            are whole numbers.
        end: The same, of the other end.
        radius: Pixels, `[frames, parts]`.
        colour: RGB in 0..255, `[frames, parts, 3]`.
        near: How near a part is to the camera, `[frames, parts]`.
        frames: What is drawn on, uint8 `[frames, size, size, 3]`.

    Returns:
        1 where at least half of a pixel is covered, otherwise 0, uint8
        `[frames, size, size, 1]`.
    """
    count, size = frames.shape[:2]
    order = np.argsort(near, axis=1, kind="stable").T  # [parts, frames]
    start, end, radius, colour = (
        # The farthest part of each frame, then the next: [capsules, ...].
        array[np.arange(count), order].reshape(-1, *array.shape[2:])
        for array in (start, end, radius, colour)
    )
    capsule, column, row = _windows(start, end, radius, size)  # [pixels]
    cover, light = _shade(start, end, radius, capsule, column, row)
    kept = np.flatnonzero(cover)
    capsule, cover, light = capsule[kept], cover[kept, None], light[kept]
    place = (capsule % count * size + row[kept]) * size + column[kept]
    paint = np.ones((len(kept), 4), np.float32)  # RGB, cover
    paint[:, :3] = light[:, None] * colour.astype(np.float32)[capsule]
    masks = np.zeros((count * size * size, 1), np.uint8)
    masks[place] = 1
    touched = np.flatnonzero(masks)  # few of all pixels
    slot = np.empty(len(masks), np.int32)
    slot[touched] = np.arange(len(touched))
    place, pixels = slot[place], frames.reshape(-1, 3)
    canvas = np.zeros((len(touched), 4), np.float32)
    canvas[:, :3] = pixels[touched]
    ends = np.searchsorted(capsule, np.arange(len(order) + 1) * count)
    for first, last in zip(ends, ends[1:]):  # one capsule per frame
        at, over = place[first:last], cover[first:last]
        under = canvas[at]
        canvas[at] = under + over * (paint[first:last] - under)
    pixels[touched] = canvas[:, :3] + 0.5
    masks[touched] = canvas[:, 3:] >= 0.5
    return masks.reshape(count, size, size, 1)


def _windows(start, end, radius, size):
    """The pixels around each capsule: its index, column and row, `[pixels]`."""
    reach = radius[:, None] + 1
    low = np.clip(np.minimum(start, end) - reach, 0, size).astype(int)
    high = np.clip(np.maximum(start, end) + reach + 1, 0, size).astype(int)
    width, height = (high - low).T
    pixels = width * height
    capsule = np.repeat(np.arange(len(pixels)), pixels)
    number = np.arange(len(capsule)) - (np.cumsum(pixels) - pixels)[capsule]
    row, column = np.divmod(number, width[capsule])
    return capsule, column + low[capsule, 0], row + low[capsule, 1]


def _shade(start, end, radius, capsule, column, row):
    """Cover and brightness of pixels by their capsule, float32 `[pixels]`."""
    axis = end - start  # [capsules, 2]
    values = np.column_stack([start, axis, radius])  # [capsules, 5]
    values = values.astype(np.float32).T[:, capsule]
    from_x, from_y, axis_x, axis_y, radius = values
    x = column.astype(np.float32) - from_x
    y = row.astype(np.float32) - from_y
    length = np.maximum((axis**2).sum(-1), 1e-9).astype(np.float32)
    along = (x * axis_x + y * axis_y) / length[capsule]
    along = np.clip(along, 0, 1)
    distance = np.sqrt((x - along * axis_x) ** 2 + (y - along * axis_y) ** 2)
    cover = np.clip(radius - distance + np.float32(0.5), 0, 1)
    light = 1 - np.float32(_RIM) * np.minimum(distance / radius, 1) ** 2
    return cover, light
