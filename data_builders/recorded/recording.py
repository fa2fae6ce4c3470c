"""A video of a dataset, and what is known of it."""

import dataclasses
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np
from mipae_tf.data_builders.recorded.geometry import Geometry


@dataclasses.dataclass(frozen=True)
class Recording:
    """One video of a dataset.

    Attributes:
        frames: Frames uint8 `[frame_size, frame_size, channels]`, read when
            they are iterated.
        values: Values of the factors, the same in the whole video. The value of
            a factor that is per frame is repeated for all frames.
        source: What must not be in two splits, such as a person; the video
            itself when empty.
        parts: Annotated parts of the video, each its first frame and the end.
            A clip is within one of them, and all such clips are kept, even if
            little moves. The whole video when empty.
        split: Split of the video, where the dataset defines it; either all
            videos have one or none, and sources are then split at random.
    """

    frames: Iterable[np.ndarray]
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    source: str = ""
    parts: Sequence[tuple[int, int]] = ()
    split: str = ""


class VideoFrames:
    """The frames of a video file, read each time they are iterated.

    Args:
        path: the file.
        geometry: how frames are made from it.
    """

    def __init__(self, path: pathlib.Path, geometry: Geometry) -> None:
        self._path, self._geometry = path, geometry

    def __iter__(self) -> Iterator[np.ndarray]:
        return self._geometry.frames(self._path)
