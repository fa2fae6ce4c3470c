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

from mipae_tf.pixels import CHANNELS
from mipae_tf.pixels import as_uint8
from mipae_tf.pixels import layout_hint

GROUPS = ("content", "pose", "instance")


@dataclasses.dataclass(frozen=True)
class Clips:
    """Clips of one split, decoded once and kept as uint8.

    Any clip can be reached by its index, so that a batch is a function of
    (seed, step) and no iterator needs to be saved.

    Attributes:
        video: uint8 `[clips, time, height, width, 1 or 3]`; floating values
            in [0, 1] are scaled.
        content: factors that stay, name to `[clips]`.
        pose: factors that move, name to `[clips, time]`.
        instance: identifiers that are no factor, name to `[clips]`.
        cardinality: number of values of a factor, by its name, where known.
        name: what the clips are, for messages and records.

    Raises:
        ValueError: for no frame, or frames of another type, range or layout.
    """

    video: np.ndarray
    content: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    pose: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    instance: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    cardinality: Mapping[str, int] = dataclasses.field(default_factory=dict)
    name: str = "clips"

    def __post_init__(self) -> None:
        video = _checked(self.video, f"{self.name}: video", "clips", "time")
        object.__setattr__(self, "video", video)

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
        """Clips as they are, of an array of videos, or of examples.

        Raises:
            ValueError: as `Clips.from_examples`, or when the source is none
                of these.
        """
        if isinstance(source, Clips):
            return source
        if isinstance(source, np.ndarray):
            return cls(source, name=name)
        if not isinstance(source, Iterable):
            raise ValueError(
                f"{name} is of the type {type(source).__name__}; it must be an "
                "array, a tf.data.Dataset or another iterable of clips."
            )
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
            examples: mappings with `video` `[time, height, width, 1 or 3]`,
                uint8 or floating in [0, 1], and, where known, dicts `content`,
                `pose` and `instance`; a `tf.data.Dataset` of such elements
                will do, as will one of bare videos.
            cardinality: number of values of each factor.
            name: what messages call these clips.
            keep: makes `[clips, time, height, width, channel]` of the videos;
                an array in memory when None.

        Raises:
            ValueError: when there is no clip or no end of them, clips differ
                in shape, or an element is no clip.
        """
        truth, count = [], _count(examples, name)

        def videos() -> Iterator[np.ndarray]:
            shape = None
            for example in _numpy(examples):
                row = _as_mapping(example, name)
                video = _checked(row["video"], f"{name}: a video", "time")
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

        video = keep(videos()) if keep else _array(videos(), count)
        groups = {group: _factors(truth, group, name) for group in GROUPS}
        return cls(video, cardinality=cardinality or {}, name=name, **groups)


def _checked(video: np.ndarray, what: str, *axes: str) -> np.ndarray:
    """The frames as uint8."""
    if video.ndim != len(axes) + 3 or video.shape[-1] not in CHANNELS:
        raise ValueError(
            f"{what} is {video.dtype} {list(video.shape)}; needed is "
            f"[{', '.join(axes)}, height, width, 1 or 3]"
            f"{layout_hint(video.shape)}."
        )
    if video.size == 0:
        raise ValueError(
            f"{what} holds no frame: its shape is {list(video.shape)}."
        )
    return as_uint8(video, what)


def _array(videos: Iterator[np.ndarray], count: int) -> np.ndarray:
    """One array, filled in place: a list of clips would be held beside it."""
    first = next(videos)
    clip = np.dtype((np.uint8, first.shape))
    return np.fromiter(itertools.chain([first], videos), clip, count)


def _count(examples: Iterable, name: str) -> int:
    """The number of clips, -1 where it is not known."""
    if not hasattr(examples, "cardinality"):
        return len(examples) if hasattr(examples, "__len__") else -1
    count = int(examples.cardinality())
    if count == -1:  # tf.data.INFINITE_CARDINALITY
        raise ValueError(
            f"{name} is a dataset that repeats for ever; take(...) of it, or "
            "leave out repeat()."
        )
    return max(-1, count)


def _numpy(examples: Iterable) -> Iterable:
    if hasattr(examples, "as_numpy_iterator"):
        return examples.as_numpy_iterator()
    return examples


def _as_mapping(example: Any, name: str) -> Mapping[str, Any]:
    """The example with its video as an array."""
    row = example if isinstance(example, Mapping) else {"video": example}
    if "video" not in row:
        raise ValueError(
            f"{name} has elements with the keys {', '.join(map(str, row))}; "
            "the frames must be under the key video."
        )
    try:
        return {**row, "video": np.asarray(row["video"])}
    except ValueError as error:
        raise ValueError(
            f"{name} has elements of the type {type(row['video']).__name__} "
            "that are no array; each must be a video, or a mapping with the "
            "key video."
        ) from error


def _factors(
    truth: list[Mapping[str, Any]], group: str, name: str
) -> dict[str, np.ndarray]:
    """The factors of a group, each with the clips as first axis."""
    try:
        return {
            factor: np.stack([row[group][factor] for row in truth])
            for factor in truth[0][group]
        }
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise ValueError(
            f"{name}: {group} must be a mapping of factors, the same ones and "
            f"of the same shape for every clip ({error!r})."
        ) from error
