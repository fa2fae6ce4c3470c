"""The arrays of clips, by name."""

from typing import NamedTuple

import numpy as np

from mipae_tf.pixels import CHANNELS
from mipae_tf.pixels import as_uint8
from mipae_tf.pixels import layout_hint


class Stream(NamedTuple):
    """What a stream holds of each frame.

    Attributes:
        dtype: of its values.
        axes: names of the axes of one frame; a number is the axis's length.
    """

    dtype: type
    axes: tuple[str | int, ...]


STREAMS: dict[str, Stream] = {
    "video": Stream(np.uint8, ("height", "width", "1 or 3")),
    # 1 where an object can be seen, else 0.
    "masks": Stream(np.uint8, ("height", "width", "objects")),
    # Action t leads from frame t to frame t + 1.
    "actions": Stream(np.float32, ("dim",)),
    # Top, left, bottom and right in [0, 1], as `tfds.features.BBox`.
    "boxes": Stream(np.float32, ("objects", 4)),
}


def checked_stream(
    name: str, array: np.ndarray, what: str, *axes: str
) -> np.ndarray:
    """The stream, its frames as uint8: floating ones in [0, 1] are scaled.

    Args:
        name: of the stream.
        array: its values.
        what: what messages call it.
        *axes: names of the axes before those of a frame.

    Raises:
        ValueError: an unknown stream, another type, range or layout, or no
            frame.
    """
    if name not in STREAMS:
        raise ValueError(
            f"{what} is no stream; allowed are {', '.join(STREAMS)}."
        )
    dtype, of_frame = STREAMS[name]
    axes = (*axes, *of_frame)
    needed = f"[{', '.join(map(str, axes))}]"
    if name == "video":
        if array.ndim != len(axes) or array.shape[-1] not in CHANNELS:
            raise ValueError(
                f"{what} is {array.dtype} {list(array.shape)}; needed is "
                f"{needed}{layout_hint(array.shape)}."
            )
        if array.size == 0:
            raise ValueError(
                f"{what} holds no frame: its shape is {list(array.shape)}."
            )
        return as_uint8(array, what)
    fits = array.dtype == dtype and array.ndim == len(axes)
    if not fits or any(
        isinstance(axis, int) and axis != length
        for axis, length in zip(axes, array.shape)
    ):
        raise ValueError(
            f"{what} is {array.dtype} {list(array.shape)}; needed is "
            f"{np.dtype(dtype)} {needed}."
        )
    return array
