"""Types, value ranges and layouts of frames given by users."""

from collections.abc import Sequence

import numpy as np

CHANNELS = (1, 3)
ALLOWED = "uint8, or floating values in [0, 1], are allowed"


def as_uint8(frames: np.ndarray, name: str) -> np.ndarray:
    """Converts frames to uint8: floating values in [0, 1] become 0 to 255.

    Args:
        frames: uint8, or floating in [0, 1], with at least one axis.
        name: name of the frames in error messages.

    Raises:
        ValueError: if the type is another one, or values are out of range.
    """
    if frames.dtype == np.uint8:
        return frames
    if not np.issubdtype(frames.dtype, np.floating):
        raise ValueError(f"{name} holds {frames.dtype}; {ALLOWED}.")
    if frames.size:
        check_unit_range(frames.min(), frames.max(), frames.dtype, name)
    scaled = np.empty(frames.shape, np.uint8)
    # Entry by entry, so that a memory map is not loaded as a whole.
    for index, entry in enumerate(frames):
        scaled[index] = np.rint(np.asarray(entry, np.float64) * 255)
    return scaled


def check_unit_range(least: float, most: float, dtype, name: str) -> None:
    """Raises a ValueError unless both values are within [0, 1]."""
    # Negated, because NaN fails every comparison.
    if not (least >= 0 and most <= 1):
        raise ValueError(
            f"{name} holds {dtype} in [{least:g}, {most:g}]; {ALLOWED}."
        )


def layout_hint(shape: Sequence[int | None]) -> str:
    """A hint for the error message if the shape looks channel-first."""
    if len(shape) < 4 or shape[-1] in CHANNELS or shape[-3] not in CHANNELS:
        return ""
    return (
        "; the layout looks channel-first: the channel belongs on the last axis"
    )
