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
    Part("right_hip", "left_hip", 0.09, "trousers"),
    Part("waist", "chest", 0.11, "shirt"),
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
    scale = scale[:, None, None]
    root = np.pad(root, ((0, 0), (0, 1)))[:, None]  # [frames, 1, 3]
    return capsules(
        start * scale + root,
        end * scale + root,
        radius * scale[..., 0],
        colour,
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
    frames: np.ndarray,
) -> np.ndarray:
    """Draws capsules on frames with smooth outlines.

    Where capsules overlap, the surface that is nearest in a pixel is in front.

    Args:
        start: Column, row, and nearness in pixels, of one end,
            `[frames, parts, 3]`. Pixel centres are whole numbers.
        end: The same, of the other end.
        radius: Pixels, `[frames, parts]`.
        colour: RGB in 0..255, `[frames, parts, 3]`.
        frames: What is drawn on, uint8 `[frames, size, size, 3]`.

    Returns:
        1 where at least half of a pixel is covered, otherwise 0, uint8
        `[frames, size, size, 1]`.
    """
    size, (_, parts) = frames.shape[1], radius.shape
    start, end, radius, colour = (
        array.reshape(-1, *array.shape[2:]).astype(np.float32)
        for array in (start, end, radius, colour)
    )  # [capsules, ...]
    capsule, column, row = _windows(start, end, radius, size)  # [pixels]
    capsule, column, row, cover, light, near = _shaded(
        start, end, radius, capsule, column, row
    )
    frame = capsule.astype(np.int64) // parts
    place = (frame * size + row) * size + column
    # Sorted by pixel; of one pixel, the nearest is the last. One integer is
    # much faster to sort than two numbers; near is from -8 to 8 sizes.
    depth = np.clip((near / size + 8) * 2**16, 0, 2**20 - 1).astype(np.int64)
    order = np.argsort((place * 2**20 + depth) * parts + capsule % parts)
    place, cover, light, capsule = (
        array.take(order) for array in (place, cover, light, capsule)
    )
    paint = np.ones((4, len(order)), np.float32)  # RGB, cover
    np.multiply(light, colour.T.take(capsule, 1), out=paint[:3])
    first = np.flatnonzero(np.diff(place, prepend=-1))
    layers = np.diff(first, append=len(place))  # number in each drawn pixel
    # Pixels with most layers first, so that those of a layer are consecutive.
    deepest = np.argsort(-layers, kind="stable")
    first, ends = first.take(deepest), np.cumsum(np.bincount(layers)[::-1])
    drawn, pixels = place.take(first), frames.reshape(-1)
    index = np.add.outer(np.arange(3), 3 * drawn)
    canvas = np.zeros((4, len(drawn)), np.float32)
    canvas[:3] = pixels.take(index)
    for layer in range(layers.max(initial=0)):
        count = ends[-2 - layer]  # pixels with more layers than this one
        over, under = first[:count] + layer, canvas[:, :count]
        under += cover.take(over) * (paint.take(over, 1) - under)
    pixels[index] = (canvas[:3] + 0.5).astype(np.uint8)
    masks = np.zeros(frames[..., 0].shape, np.uint8)
    masks.reshape(-1)[drawn] = canvas[3] >= 0.5
    return masks[..., None]


def _windows(start, end, radius, size):
    """The pixels around each capsule: its index, column and row, `[pixels]`."""
    reach = radius[:, None] + 1
    start, end = start[:, :2], end[:, :2]
    low = np.clip(np.minimum(start, end) - reach, 0, size).astype(np.int32)
    high = np.clip(np.maximum(start, end) + reach + 1, 0, size).astype(np.int32)
    width, height = (high - low).T
    pixels = width * height
    capsule = np.repeat(np.arange(len(pixels), dtype=np.int32), pixels)
    first = np.repeat(np.cumsum(pixels, dtype=np.int32) - pixels, pixels)
    number = np.arange(len(capsule), dtype=np.int32) - first
    row, column = np.divmod(number, np.repeat(width, pixels))
    return (
        capsule,
        column + np.repeat(low[:, 0], pixels),
        row + np.repeat(low[:, 1], pixels),
    )


def _shaded(start, end, radius, capsule, column, row):
    """The pixels that are covered; their cover, brightness and nearness."""
    axis = end - start  # [capsules, 3]
    length = np.maximum((axis[:, :2] ** 2).sum(-1), np.float32(1e-9))
    values = np.column_stack([start[:, :2], axis[:, :2], radius, length])
    from_x, from_y, axis_x, axis_y, width, length = values.T.take(capsule, 1)
    x = column.astype(np.float32) - from_x
    y = row.astype(np.float32) - from_y
    along = np.clip((x * axis_x + y * axis_y) / length, 0, 1)
    away = (x - along * axis_x) ** 2 + (y - along * axis_y) ** 2
    cover = np.clip(width + np.float32(0.5) - np.sqrt(away), 0, 1)
    kept = np.flatnonzero(cover > 0)  # of booleans: several times faster
    capsule, column, row, cover, along, away, width = (
        a.take(kept) for a in (capsule, column, row, cover, along, away, width)
    )
    inside = np.minimum(away / width**2, 1)  # 0 on the axis, 1 at the rim
    light = 1 - np.float32(_RIM) * inside
    near = start[:, 2].take(capsule) + along * axis[:, 2].take(capsule)
    near += width * np.sqrt(1 - inside)
    return capsule, column, row, cover, light, near
