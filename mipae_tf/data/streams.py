"""Streams: the named arrays of clips."""

from typing import NamedTuple

import numpy as np

from mipae_tf.pixels import CHANNELS
from mipae_tf.pixels import as_uint8
from mipae_tf.pixels import layout_hint


class Stream(NamedTuple):
    """Type and layout of a stream.

    Attributes:
        dtype: dtype of the values.
        axes: names of the axes of one frame; a number is a fixed length.
    """

    dtype: type
    axes: tuple[str | int, ...]


STREAMS: dict[str, Stream] = {
    "video": Stream(np.uint8, ("height", "width", "1 or 3")),
    # 1 where an object is visible, otherwise 0.
    "masks": Stream(np.uint8, ("height", "width", "objects")),
    # Action t is taken between frame t and frame t + 1.
    "actions": Stream(np.float32, ("dim",)),
    # Top, left, bottom and right in [0, 1], as `tfds.features.BBox`.
    "boxes": Stream(np.float32, ("objects", 4)),
    # Time of each frame in units of the mean interval; the first is at 0.
    "times": Stream(np.float32, ()),
}


def checked_stream(
    name: str, array: np.ndarray, what: str, *axes: str
) -> np.ndarray:
    """Checks a stream; floating video in [0, 1] is converted to uint8.

    Args:
        name: name of the stream.
        array: its values.
        what: name of the stream in error messages.
        *axes: names of the axes before those of a frame.

    Raises:
        ValueError: if the stream is unknown, its type, range or layout is
            wrong, or it contains no frame.
    """
    if name not in STREAMS:
        raise ValueError(
            f"{what} is not a stream; allowed are {', '.join(STREAMS)}."
        )
    dtype, of_frame = STREAMS[name]
    axes = (*axes, *of_frame)
    needed = f"[{', '.join(map(str, axes))}]"
    if name == "video":
        if array.ndim != len(axes) or array.shape[-1] not in CHANNELS:
            raise ValueError(
                f"{what} must be {needed}, got {array.dtype} "
                f"{list(array.shape)}{layout_hint(array.shape)}."
            )
        if array.size == 0:
            raise ValueError(
                f"{what} must contain at least one frame, got the shape "
                f"{list(array.shape)}."
            )
        return as_uint8(array, what)
    fits = array.dtype == dtype and array.ndim == len(axes)
    if not fits or any(
        isinstance(axis, int) and axis != length
        for axis, length in zip(axes, array.shape)
    ):
        raise ValueError(
            f"{what} must be {np.dtype(dtype)} {needed}, got {array.dtype} "
            f"{list(array.shape)}."
        )
    return array
