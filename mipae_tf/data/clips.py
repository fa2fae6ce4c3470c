"""Decoded clips in memory, with their ground truth."""

import dataclasses
import hashlib
import itertools
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

GROUPS = ("content", "pose", "instance")


@dataclasses.dataclass(frozen=True)
class Clips:
    """Clips of one split, decoded once and kept as uint8.

    Any clip can be reached by its index, so that a batch is a function of
    (seed, step) and no iterator needs to be saved.

    Attributes:
        video: uint8 `[clips, time, height, width, channel]`.
        content: factors that stay, name to `[clips]`.
        pose: factors that move, name to `[clips, time]`.
        instance: identifiers that are no factor, name to `[clips]`.
        cardinality: number of values of a factor, by its name, where known.
        name: what the clips are, for messages and records.
    """

    video: np.ndarray
    content: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    pose: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    instance: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    cardinality: Mapping[str, int] = dataclasses.field(default_factory=dict)
    name: str = "clips"

    def __post_init__(self) -> None:
        _check_frames(self.video, f"{self.name}: video", "clips", "time")

    def __len__(self) -> int:
        return len(self.video)

    @property
    def length(self) -> int:
        """Frames in a clip."""
        return self.video.shape[1]

    @property
    def frame_shape(self) -> tuple[int, int, int]:
        """(height, width, channel)."""
        return tuple(self.video.shape[2:])

    def take(self, index: Any) -> "Clips":
        """The clips that `index` (a slice or an array) picks."""
        groups = {
            group: {k: v[index] for k, v in getattr(self, group).items()}
            for group in GROUPS
        }
        return dataclasses.replace(self, video=self.video[index], **groups)

    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when a pixel changes."""
        digest = hashlib.sha256(str(self.video.shape).encode())
        digest.update(np.ascontiguousarray(self.video))
        return digest.hexdigest()[:16]

    @classmethod
    def of(cls, source: Any, name: str = "clips") -> "Clips":
        """Clips as they are, of an array of videos, or of examples."""
        if isinstance(source, Clips):
            return source
        if isinstance(source, np.ndarray):
            return cls(source, name=name)
        return cls.from_examples(source, name=name)

    @classmethod
    def from_examples(
        cls,
        examples: Iterable[Mapping[str, Any]],
        cardinality: Mapping[str, int] | None = None,
        name: str = "clips",
        keep: Callable[[Iterator[np.ndarray]], np.ndarray] | None = None,
    ) -> "Clips":
        """Collects clips of equal shape.

        Args:
            examples: mappings with `video` uint8 `[time, height, width,
                channel]` and, where known, dicts `content`, `pose` and
                `instance`; a `tf.data.Dataset` of such elements will do, as
                will one of bare videos.
            cardinality: number of values of each factor.
            name: what messages call these clips.
            keep: makes `[clips, time, height, width, channel]` of the videos;
                an array in memory when None.

        Raises:
            ValueError: when there is no clip, or clips differ in shape.
        """
        truth = []

        def videos() -> Iterator[np.ndarray]:
            shape = None
            for row in map(_as_mapping, _numpy(examples)):
                video = np.asarray(row["video"])
                _check_frames(video, f"{name}: a video", "time")
                if truth and video.shape != shape:
                    raise ValueError(
                        f"{name} holds clips of different shapes, {shape} and "
                        f"{video.shape}; they must be equal."
                    )
                shape = video.shape
                truth.append({group: row.get(group, {}) for group in GROUPS})
                yield video
            if not truth:
                raise ValueError(f"{name} holds no clip.")

        video = keep(videos()) if keep else _array(videos(), _count(examples))
        groups = {
            group: {
                factor: np.stack([row[group][factor] for row in truth])
                for factor in truth[0][group]
            }
            for group in GROUPS
        }
        return cls(video, cardinality=cardinality or {}, name=name, **groups)


def _check_frames(video: np.ndarray, what: str, *axes: str) -> None:
    axes = (*axes, "height", "width", "channel")
    if video.dtype != np.uint8 or video.ndim != len(axes):
        raise ValueError(
            f"{what} is {video.dtype} {list(video.shape)}, needed is uint8 "
            f"[{', '.join(axes)}]."
        )


def _array(videos: Iterator[np.ndarray], count: int) -> np.ndarray:
    """One array, filled in place: a list of clips would be held beside it."""
    first = next(videos)
    clip = np.dtype((np.uint8, first.shape))
    return np.fromiter(itertools.chain([first], videos), clip, count)


def _count(examples: Iterable) -> int:
    """The number of clips, -1 where it is not known."""
    if hasattr(examples, "cardinality"):
        return max(-1, int(examples.cardinality()))
    return len(examples) if hasattr(examples, "__len__") else -1


def _numpy(examples: Iterable) -> Iterable:
    if hasattr(examples, "as_numpy_iterator"):
        return examples.as_numpy_iterator()
    return examples


def _as_mapping(example: Any) -> Mapping[str, Any]:
    return example if isinstance(example, Mapping) else {"video": example}
