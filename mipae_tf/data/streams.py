"""The arrays of clips, by name."""

from typing import NamedTuple

import numpy as np


class Stream(NamedTuple):
    """What a stream holds of each frame.

    Attributes:
        dtype: of its values.
        axes: names of the axes of one frame; a number is the axis's length.
    """

    dtype: type
    axes: tuple[str | int, ...]


STREAMS: dict[str, Stream] = {
    "video": Stream(np.uint8, ("height", "width", "channel")),
    # 1 where an object can be seen, else 0.
    "masks": Stream(np.uint8, ("height", "width", "objects")),
    # Action t leads from frame t to frame t + 1.
    "actions": Stream(np.float32, ("dim",)),
    # Top, left, bottom and right in [0, 1], as `tfds.features.BBox`.
    "boxes": Stream(np.float32, ("objects", 4)),
}


def check_stream(name: str, array: np.ndarray, what: str, *axes: str) -> None:
    """Refuses an array that is no such stream.

    Args:
        name: of the stream.
        array: its values.
        what: what messages call it.
        *axes: names of the axes before those of a frame.

    Raises:
        ValueError: an unknown stream, another dtype, or other axes.
    """
    if name not in STREAMS:
        raise ValueError(
            f"{what} is no stream; allowed are {', '.join(STREAMS)}."
        )
    dtype, of_frame = STREAMS[name]
    axes = (*axes, *of_frame)
    fits = array.dtype == dtype and array.ndim == len(axes)
    if not fits or any(
        isinstance(axis, int) and axis != length
        for axis, length in zip(axes, array.shape)
    ):
        raise ValueError(
            f"{what} is {array.dtype} {list(array.shape)}, needed is "
            f"{np.dtype(dtype)} [{', '.join(map(str, axes))}]."
        )
