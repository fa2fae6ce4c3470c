"""Bilinear resizing of many square images at once."""

import functools

import numpy as np


def resized(images: np.ndarray, size: int) -> np.ndarray:
    """Resizes square images bilinearly, with aligned pixel centres.

    Shrinking averages over all pixels that a new one covers.

    Args:
        images: Any numbers, `[count, old, old]` or
            `[count, old, old, channels]`.
        size: The new height and width.

    Returns:
        float32 `[count, size, size]` or `[count, size, size, channels]`.
    """
    weights = _weights(images.shape[1], size)
    if images.ndim == 3:
        return weights @ images.astype(np.float32) @ weights.T
    planes = np.moveaxis(images, -1, 1).astype(np.float32)
    return np.moveaxis(weights @ planes @ weights.T, 1, -1)


@functools.cache
def _weights(old: int, new: int) -> np.ndarray:
    """Weights of the old rows in the new ones, float32 `[new, old]`."""
    centre = (np.arange(new) + 0.5) * old / new - 0.5
    centre = np.clip(centre, 0, old - 1)[:, None]
    width = max(1, old / new)
    weights = np.maximum(0, 1 - np.abs(centre - np.arange(old)) / width)
    return (weights / weights.sum(1, keepdims=True)).astype(np.float32)
