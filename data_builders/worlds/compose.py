"""Combines objects into frames, and computes their visible pixels."""

import numpy as np


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
    rows = top[:, None, None] + np.arange(height)[:, None]
    columns = left[:, None, None] + np.arange(width)
    frames[np.arange(count)[:, None, None], rows, columns] = patches
    return frames


def visible(layers: np.ndarray, front: np.ndarray | None) -> np.ndarray:
    """Computes the mask of visible pixels of each object.

    Args:
        layers: Each object on its own, uint8
            `[frames, height, width, objects]`.
        front: Index of the object in front of all others, `[frames]`; None if
            objects are transparent and do not occlude each other.

    Returns:
        Masks, uint8 0 or 1, with the shape of `layers`.
    """
    masks = (layers > 0).astype(np.uint8)
    if front is None:
        return masks
    front = np.asarray(front)
    cover = masks[np.arange(len(front)), :, :, front]  # [frames, h, w]
    for index in range(layers.shape[-1]):
        behind = (front != index).astype(np.uint8)[:, None, None]
        masks[..., index] *= 1 - behind * cover
    return masks


def boxes_of(masks: np.ndarray) -> np.ndarray:
    """The smallest box around each mask.

    Args:
        masks: 0 or 1, `[frames, height, width, objects]`.

    Returns:
        Top, left, bottom and right in [0, 1], float32 `[frames, objects, 4]`;
        zeros for an object of which no pixel is visible.
    """
    # `any` is several times faster over whole planes.
    planes = np.ascontiguousarray(np.moveaxis(masks, -1, 1), bool)
    edges = []
    for axis in (3, 2):  # rows with a pixel, then columns
        seen = planes.any(axis)  # [frames, objects, height or width]
        size = seen.shape[2]
        low = seen.argmax(2) / size  # [frames, objects]
        high = (size - seen[..., ::-1].argmax(2)) / size
        edges.append((low, np.where(seen.any(2), high, 0)))
    (top, bottom), (left, right) = edges
    return np.stack([top, left, bottom, right], -1).astype(np.float32)


def in_planes(layers: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """Puts the visible pixels of object n in colour plane n of RGB.

    Args:
        layers: uint8 `[frames, height, width, objects]`, at most 3 objects.
        masks: 0 or 1, the same shape.

    Returns:
        Frames, uint8 `[frames, height, width, 3]`; unused planes are 0.
    """
    frames = np.zeros((*layers.shape[:-1], 3), np.uint8)
    np.multiply(layers, masks, out=frames[..., : layers.shape[-1]])
    return frames


def in_grey(layers: np.ndarray) -> np.ndarray:
    """Adds the objects, clipped at 255: `[frames, height, width, 1]`."""
    total = layers[..., :1].astype(np.uint16)  # [frames, height, width, 1]
    for index in range(1, layers.shape[-1]):
        total += layers[..., index : index + 1]
    return np.minimum(total, 255).astype(np.uint8)
