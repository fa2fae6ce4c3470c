"""Cuts clips from videos that are too long for memory."""

import tempfile
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np

# A pixel has changed if any channel differs by more than this, of 255. Noise of
# cameras and compression stays below it.
CHANGE = 16


class FrameStore:
    """Frames in an anonymous file, which the system removes when it is closed.

    Args:
        shape: shape of each frame, which is uint8.
        folder: folder of the file.
    """

    def __init__(self, shape: tuple[int, ...], folder: str) -> None:
        self._shape, self._size = shape, int(np.prod(shape))
        self._file = tempfile.TemporaryFile(dir=folder)
        self._count = 0

    def add(self, frames: Iterable[np.ndarray]) -> "StoredVideo":
        """Stores the frames of a video, one at a time."""
        first, motion, last = self._count, [], None
        self._file.seek(first * self._size)
        for frame in frames:
            if frame.shape != self._shape or frame.dtype != np.uint8:
                raise ValueError(
                    f"A frame is {frame.dtype} {list(frame.shape)} but must be "
                    f"uint8 {list(self._shape)}."
                )
            motion.append(0.0 if last is None else changed_share(last, frame))
            self._file.write(np.ascontiguousarray(frame))
            last = frame
        # Frames of a video that failed half-way are overwritten by the next.
        self._count += len(motion)
        return StoredVideo(self, first, np.array(motion, np.float32))

    def read(self, first: int, count: int) -> np.ndarray:
        """Frames `[count, *shape]` from index `first` on."""
        self._file.seek(first * self._size)
        data = self._file.read(count * self._size)
        return np.frombuffer(data, np.uint8).reshape(count, *self._shape)


class StoredVideo:
    """A video in a `FrameStore`.

    Attributes:
        motion: float32 `[frames]`, for each frame the share of the pixels that
            have changed since the frame before; 0 for the first frame.
    """

    def __init__(
        self, store: FrameStore, first: int, motion: np.ndarray
    ) -> None:
        self._store, self._first = store, first
        self.motion = motion

    def __len__(self) -> int:
        return len(self.motion)

    def clip(self, start: int, length: int, stride: int) -> np.ndarray:
        """A clip, uint8 `[length, height, width, channels]`."""
        span = span_of(length, stride)
        return self._store.read(self._first + start, span)[::stride]

    def clip_motion(self, start: int, length: int, stride: int) -> float:
        """Share of pixels that change from frame to frame, mean over a clip."""
        if length == 1:
            return 0.0
        if stride == 1:
            return float(self.motion[start + 1 : start + length].mean())
        frames = self.clip(start, length, stride)
        return float(
            np.mean([changed_share(*pair) for pair in zip(frames, frames[1:])])
        )


def changed_share(one: np.ndarray, other: np.ndarray) -> float:
    """Share of the pixels that differ by more than `CHANGE` in a channel.

    Args:
        one: uint8 [height, width, channels].
        other: another frame of the same shape.
    """
    apart = np.maximum(one, other) - np.minimum(one, other)
    return float((apart > CHANGE).any(-1).mean())


def span_of(length: int, stride: int) -> int:
    """Frames from the first to the last one of a clip."""
    return (length - 1) * stride + 1


def starts(
    frames: int, length: int, stride: int, hop: int, first: int = 0
) -> Iterator[int]:
    """Indices of the first frames of the clips of a video.

    Frames at the end that do not fill a clip are dropped.

    Args:
        frames: end of the part of the video that is cut.
        length: frames per clip.
        stride: a clip takes every `stride`-th frame.
        hop: frames between the starts of two clips.
        first: first frame of the part of the video that is cut.
    """
    return iter(range(first, frames - span_of(length, stride) + 1, hop))


def parts_in_time(
    frames: int, shares: tuple[float, ...], span: int
) -> list[tuple[int, int]]:
    """Consecutive parts of a video, with `span` unused frames between them.

    Every part after the first has room for at least one clip of `span` frames.

    Args:
        frames: frames of the video.
        shares: share of each part.
        span: frames of a clip.

    Returns:
        For each part, its first frame and the end. A part is empty if the video
        is too short.
    """
    total = sum(shares)
    later = [max(round(frames * s / total), 2 * span) for s in shares[1:]]
    bounds = [frames]
    for length in reversed(later):
        bounds.insert(0, max(0, bounds[0] - length))
    return [(0, bounds[0])] + [
        (begin + span, end) for begin, end in zip(bounds, bounds[1:])
    ]
