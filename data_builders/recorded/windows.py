"""Clips cut from a video, one after another."""

import collections
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np


def windows(
    frames: Iterable[np.ndarray], length: int, stride: int = 1, hop: int = 1
) -> Iterator[tuple[int, np.ndarray]]:
    """Cuts clips of equal length from frames.

    No more than the frames of one clip are in memory.

    Args:
        frames: Frames `[height, width, channels]` of equal shape.
        length: Frames per clip.
        stride: A clip takes every `stride`-th frame.
        hop: Frames between the starts of two clips.

    Yields:
        Index of the first frame, and the clip `[length, height, width,
        channels]`. Frames at the end that do not fill a clip are dropped.

    Raises:
        ValueError: If a number is below 1.
    """
    for name, value in (("length", length), ("stride", stride), ("hop", hop)):
        if value < 1:
            raise ValueError(f"{name} is {value} but must be at least 1.")
    span = (length - 1) * stride + 1
    recent: collections.deque[np.ndarray] = collections.deque(maxlen=span)
    for number, frame in enumerate(frames, start=1):
        recent.append(frame)
        start = number - span
        if start >= 0 and start % hop == 0:
            yield start, np.stack(list(recent)[::stride])
