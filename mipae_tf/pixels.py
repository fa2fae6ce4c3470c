"""Frames as users give them: types, value ranges and layouts."""

from collections.abc import Sequence

import numpy as np

CHANNELS = (1, 3)
ALLOWED = "uint8, or floating values in [0, 1], are allowed"


def as_uint8(frames: np.ndarray, name: str) -> np.ndarray:
    """Frames as uint8: floating values in [0, 1] are scaled to 0 to 255.

    Args:
        frames: uint8, or floating in [0, 1], with at least one axis.
        name: what messages call the frames.

    Raises:
        ValueError: for another type, and for values outside the range.
    """
    if frames.dtype == np.uint8:
        return frames
    if not np.issubdtype(frames.dtype, np.floating):
        raise ValueError(f"{name} holds {frames.dtype}; {ALLOWED}.")
    if frames.size:
        check_unit_range(frames.min(), frames.max(), frames.dtype, name)
    scaled = np.empty(frames.shape, np.uint8)
    # Entry by entry, so that a memory map is never in memory as a whole.
    for index, entry in enumerate(frames):
        scaled[index] = np.rint(np.asarray(entry, np.float64) * 255)
    return scaled


def check_unit_range(least: float, most: float, dtype, name: str) -> None:
    """Raises a ValueError unless the values from least to most fit [0, 1]."""
    # Negated, so that NaN, which fails every comparison, is refused too.
    if not (least >= 0 and most <= 1):
        raise ValueError(
            f"{name} holds {dtype} in [{least:g}, {most:g}]; {ALLOWED}."
        )


def layout_hint(shape: Sequence[int | None]) -> str:
    """What to add to a message about frames of a wrong shape."""
    if len(shape) < 4 or shape[-1] in CHANNELS or shape[-3] not in CHANNELS:
        return ""
    return (
        "; the layout looks channel-first: the channel belongs on the last axis"
    )
