"""Combines objects into frames, and computes their visible pixels."""

import numpy as np

_WORD = 8  # bytes of the longest integer


def paste(
    patches: np.ndarray, top: np.ndarray, left: np.ndarray, size: int
) -> np.ndarray:
    """Places each patch on a black square frame.

    Args:
        patches: One patch per frame, `[frames, height, width]`.
        top: Row of the first row of each patch, `[frames]`.
        left: Column of the first column of each patch, `[frames]`.
        size: Side of a frame in pixels; every patch must be inside.

    Returns:
        Frames with the dtype of the patches, `[frames, size, size]`.
    """
    count, height, width = patches.shape
    frames = np.zeros((count, size, size), patches.dtype)
    # Faster than one assignment to an index of every pixel.
    places = zip(frames, patches, top.tolist(), left.tolist())
    for frame, patch, row, column in places:
        frame[row : row + height, column : column + width] = patch
    return frames


def visible(layers: np.ndarray, front: np.ndarray | None) -> np.ndarray:
    """Computes the mask of visible pixels of each object.

    Args:
        layers: Each object on its own, uint8
            `[objects, frames, height, width]`.
        front: Index of the object in front of all others, `[frames]`; None if
            objects are transparent and do not occlude each other.

    Returns:
        Masks, uint8 0 or 1, with the shape of `layers`.
    """
    masks = (layers > 0).view(np.uint8)
    if front is None:
        return masks
    front = np.asarray(front)
    uncovered = 1 - masks[front, np.arange(len(front))]  # [frames, h, w]
    for index, mask in enumerate(masks):
        behind = front != index
        mask[behind] &= uncovered[behind]
    return masks


def boxes_of(masks: np.ndarray) -> np.ndarray:
    """The smallest box around each mask.

    Args:
        masks: 0 or 1, `[frames, height, width, objects]`.

    Returns:
        Top, left, bottom and right in [0, 1], float32 `[frames, objects, 4]`;
        zeros for an object of which no pixel is visible.
    """
    objects = masks.shape[-1]
    if objects > _WORD:
        parts = masks[..., :_WORD], masks[..., _WORD:]
        return np.concatenate([boxes_of(part) for part in parts], 1)
    # As one word per pixel, several times faster to reduce than single bytes.
    width = 1 << (objects - 1).bit_length()
    if width > objects:
        masks = on_last_axis(np.moveaxis(masks, -1, 0), width)
    words = np.ascontiguousarray(masks).view(f"u{width}")[..., 0]
    edges = []
    for axis in (2, 1):  # rows with a pixel, then columns
        seen = np.bitwise_or.reduce(words, axis)  # [frames, height or width]
        seen = seen.view(bool).reshape(*seen.shape, width)[..., :objects]
        seen = np.moveaxis(seen, 1, 2).copy()  # [frames, objects, size]
        size = seen.shape[2]
        low = seen.argmax(2) / size  # [frames, objects]
        high = (size - seen[:, :, ::-1].argmax(2)) / size
        edges.append((low, np.where(seen.any(2), high, 0)))
    (top, bottom), (left, right) = edges
    return np.stack([top, left, bottom, right], -1).astype(np.float32)


def on_last_axis(planes: np.ndarray, count: int | None = None) -> np.ndarray:
    """Moves the planes of frames to the last axis, in the order of storage.

    Args:
        planes: uint8 `[planes, frames, height, width]`.
        count: Number of planes in the result, of which further ones are 0; None
            for as many as there are.

    Returns:
        uint8 `[frames, height, width, count]`.
    """
    frames = np.zeros((*planes.shape[1:], count or len(planes)), np.uint8)
    for index, plane in enumerate(planes):
        frames[..., index] = plane
    return frames


def in_planes(layers: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Puts the visible pixels of object n in colour plane n of RGB.

    Args:
        layers: uint8 `[objects, frames, height, width]`, at most 3 objects.
        masks: 0 or 1, the same shape.

    Returns:
        Frames, uint8 `[frames, height, width, 3]`; unused planes are 0.
    """
    return on_last_axis(layers * masks, 3)


def in_grey(layers: np.ndarray) -> np.ndarray:
    """Adds the objects, clipped at 255: `[frames, height, width, 1]`."""
    total = layers.sum(0, np.uint16)  # [frames, height, width]
    return np.minimum(total, 255).astype(np.uint8)[..., None]


def mix(
    frames: np.ndarray,
    place: np.ndarray,
    cover: np.ndarray,
    colour: np.ndarray,
) -> None:
    """Mixes pixels with the colour of what covers them.

    Args:
        frames: uint8 `[..., channels]` in the order of storage, changed in
            place.
        place: Indices of different pixels in the flat frames, `[pixels]`.
        cover: The share of each pixel that is covered, float32 `[pixels]`.
        colour: 0 to 255, float32 `[channels, pixels]`.
    """
    channels, flat = frames.shape[-1], frames.reshape(-1)
    # Indices of one axis are several times faster than those of pixels.
    index = np.add.outer(np.arange(channels), channels * place)
    below = flat.take(index).astype(np.float32)  # [channels, pixels]
    flat[index] = np.rint(below + cover * (colour - below)).astype(np.uint8)
