"""Frame plans: which frames of which clips a training step uses."""

import dataclasses
from typing import Protocol

import numpy as np


class FramePlan(Protocol):
    """The frames that a stage uses from every clip of a batch.

    Attributes:
        clips: number of clips in one global batch.
    """

    clips: int

    def times(self, length: int, draw: np.random.Generator) -> np.ndarray:
        """Frame times int `[clips, frames]`, each in `[0, length)`.

        Raises:
            ValueError: if clips of `length` frames are too short.
        """

    def share(self, part: int, parts: int) -> np.ndarray:
        """Rows of the global batch for replica `part` of `parts`."""


@dataclasses.dataclass(frozen=True)
class DistinctFrames:
    """Frames at distinct random times, drawn separately for each clip."""

    clips: int
    frames: int

    def times(self, length: int, draw: np.random.Generator) -> np.ndarray:
        """See `FramePlan.times`."""
        _need(length, self.frames)
        order = np.argsort(draw.random((self.clips, length)), axis=1)
        return order[:, : self.frames]  # [clips, frames]

    def share(self, part: int, parts: int) -> np.ndarray:
        """See `FramePlan.share`."""
        return _slice(self.clips, part, parts)


@dataclasses.dataclass(frozen=True)
class Window:
    """A window of consecutive frames.

    Attributes:
        clips: clips per batch.
        frames: length of the window.
        anywhere: whether it starts at a random time, or at the first frame.
    """

    clips: int
    frames: int
    anywhere: bool = True

    def times(self, length: int, draw: np.random.Generator) -> np.ndarray:
        """See `FramePlan.times`."""
        _need(length, self.frames)
        latest = length - self.frames if self.anywhere else 0
        start = draw.integers(0, latest + 1, self.clips)
        return start[:, None] + np.arange(self.frames)  # [clips, frames]

    def share(self, part: int, parts: int) -> np.ndarray:
        """See `FramePlan.share`."""
        return _slice(self.clips, part, parts)


@dataclasses.dataclass(frozen=True)
class PublishedPairs:
    """Frame pairs as in the MIPAE code, with times shared by the whole batch.

    The first half of the clips is for the critic, at times (i, j, j); the
    second half consists of other clips for the auto-encoder, at times (0, k, l)
    with k at least 1. Times are uniform over the first `length` frames; as in
    the published code, i = j and k = l are possible.

    Attributes:
        pairs: clips of each half.
        first_frames: number of frames at the start of a clip that are used (15
            as published: 5 of context and 10 predicted); 0 for all.
    """

    pairs: int
    first_frames: int = 0

    @property
    def clips(self) -> int:
        """Number of clips in both halves."""
        return 2 * self.pairs

    def times(self, length: int, draw: np.random.Generator) -> np.ndarray:
        """See `FramePlan.times`."""
        length = min(length, self.first_frames or length)
        _need(length, 2)
        i, j, later = draw.integers(0, length, 3)
        k = draw.integers(1, length)
        rows = np.array([[i, j, j], [0, k, later]])
        return np.repeat(rows, self.pairs, axis=0)  # [clips, 3]

    def share(self, part: int, parts: int) -> np.ndarray:
        """Rows for a replica: its part of each half."""
        rows = _slice(self.pairs, part, parts)
        return np.concatenate([rows, rows + self.pairs])


def _slice(rows: int, part: int, parts: int) -> np.ndarray:
    size = rows // parts
    if rows % parts or (parts > 1 and size < 2):
        raise ValueError(
            f"--batch_size={rows} cannot be divided among {parts} replicas; it "
            f"must be a multiple of {parts} with at least two clips each."
        )
    return np.arange(part * size, (part + 1) * size)


def _need(length: int, frames: int) -> None:
    if length < frames:
        raise ValueError(
            f"The clips have {length} frames, fewer than the {frames} that a "
            "training step needs."
        )
