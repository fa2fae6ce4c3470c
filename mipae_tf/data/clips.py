"""Clips in memory or in files, with what is known of them."""

import dataclasses
import hashlib
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import numpy as np

from mipae_tf.data.examples import Example
from mipae_tf.data.examples import count_of
from mipae_tf.data.examples import in_memory
from mipae_tf.data.examples import rows_of
from mipae_tf.data.examples import stacked
from mipae_tf.data.examples import stream_of
from mipae_tf.data.streams import STREAMS
from mipae_tf.data.streams import checked_stream
from mipae_tf.data_builders.worlds.factors import GROUPS
from mipae_tf.data_builders.worlds.factors import KINDS
from mipae_tf.data_builders.worlds.factors import Factor
from mipae_tf.data_builders.worlds.factors import checked_factors

Arrays = Mapping[str, np.ndarray]
Reader = Callable[[Sequence[str]], Arrays]


@dataclasses.dataclass(frozen=True)
class Clips:
    """Clips of one split: streams of arrays, and factors with their values.

    Any clip can be reached by its index, so that a batch is a function of
    (seed, step) and no iterator needs to be saved.

    A factor that is not declared has the values' own default: values `[clips]`
    belong to the clip and values `[clips, time]` to its frames; integers and
    booleans are a class, floats a scalar, anything else an identifier. The
    size is not known then.

    Attributes:
        video: uint8 `[clips, time, height, width, 1 or 3]`; floating values
            in [0, 1] are scaled.
        values: of each factor by its name, `[clips, time]` where it is per
            frame, else `[clips]`.
        factors: what the values mean, in the order of `values`.
        streams: all streams by name, `video` among them; see `STREAMS`.
        name: what the clips are, for messages and records.
        reader: reads further streams by their names; None where there is none.

    Raises:
        ValueError: for no frame, frames of another type, range or layout, or
            a stream or values of another kind than is declared.
    """

    video: np.ndarray
    values: Arrays = dataclasses.field(default_factory=dict)
    factors: Sequence[Factor] = ()
    streams: Arrays = dataclasses.field(default_factory=dict)
    name: str = "clips"
    reader: Reader | None = None

    def __post_init__(self) -> None:
        others = {k: v for k, v in self.streams.items() if k != "video"}
        streams = {"video": self.video, **others}
        for name, array in streams.items():
            what = f"{self.name}: {name}"
            array = checked_stream(name, array, what, "clips", "time")
            streams[name] = array
        video = streams["video"]
        object.__setattr__(self, "video", video)
        object.__setattr__(self, "streams", streams)
        for name, array in streams.items():
            if array.shape[:2] != video.shape[:2]:
                raise ValueError(
                    f"{self.name}: {name} has {array.shape[0]} clips of "
                    f"{array.shape[1]} frames, the video {len(self)} of "
                    f"{self.length}; they must be equal."
                )
        values = {k: np.asarray(v) for k, v in self.values.items()}
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "factors", self._complete())
        for factor in self.factors:
            self._check_values(factor)

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

    @property
    def content(self) -> dict[str, np.ndarray]:
        """Values `[clips]` of factors that stay within a clip."""
        return self._of("content")

    @property
    def pose(self) -> dict[str, np.ndarray]:
        """Values `[clips, time]` of factors that are per frame."""
        return self._of("pose")

    @property
    def instance(self) -> dict[str, np.ndarray]:
        """Values of identifiers, which are no factors for metrics."""
        return self._of("instance")

    def factors_of(
        self, kind: str | None = None, per_frame: bool | None = None
    ) -> tuple[Factor, ...]:
        """Declared factors of a kind, or all but identifiers.

        Args:
            kind: of `KINDS`; any kind but `identifier` when None.
            per_frame: those that are, or are not, per frame; both when None.
        """
        kinds = set(KINDS) - {"identifier"} if kind is None else {kind}
        return tuple(
            factor
            for factor in self.factors
            if factor.kind in kinds and per_frame in (None, factor.per_frame)
        )

    def objects(self) -> dict[int, dict[str, str]]:
        """Names of the positions of each object, by axis, x before y.

        Only positions that are per frame count.
        """
        found: dict[int, dict[str, str]] = {}
        places = self.factors_of("position", per_frame=True)
        for factor in sorted(places, key=lambda f: (f.object, f.axis)):
            found.setdefault(factor.object, {})[factor.axis] = factor.name
        return found

    def take(self, index: Any) -> "Clips":
        """The clips that `index` (a slice or an array) picks."""
        reader = self.reader

        def picked(arrays: Arrays) -> Arrays:
            return {name: array[index] for name, array in arrays.items()}

        return dataclasses.replace(
            self,
            video=self.video[index],
            values=picked(self.values),
            streams=picked(self.streams),
            reader=reader and (lambda names: picked(reader(names))),
        )

    def with_streams(self, names: Iterable[str]) -> "Clips":
        """The same clips with these streams, read where they are not yet.

        Raises:
            ValueError: a stream that the clips do not have.
        """
        wanted = [name for name in names if name not in self.streams]
        if not wanted:
            return self
        if self.reader is None:
            raise ValueError(
                f"{self.name} has no stream {wanted[0]!r}; it has "
                f"{', '.join(self.streams)}."
            )
        streams = {**self.streams, **self.reader(wanted)}
        return dataclasses.replace(self, streams=streams)

    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits that change when a pixel changes."""
        digest = hashlib.sha256(str(self.video.shape).encode())
        digest.update(np.ascontiguousarray(self.video))
        return digest.hexdigest()[:16]

    @classmethod
    def of(cls, source: Any, name: str = "clips") -> "Clips":
        """Clips as they are, of an array of videos, or of examples.

        Raises:
            ValueError: as `from_examples`, or when the source is none of
                these.
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
        examples: Iterable[Example],
        factors: Sequence[Factor] = (),
        name: str = "clips",
        keep: Callable[[Iterator[np.ndarray]], np.ndarray] | None = None,
        reader: Reader | None = None,
    ) -> "Clips":
        """Collects clips of equal shape.

        Args:
            examples: mappings with `video` `[time, height, width, 1 or 3]`,
                uint8 or floating in [0, 1], and, where known, other streams,
                and dicts `content`, `pose` and `instance` of the values of
                factors that stay, that are per frame, and that are
                identifiers; a `tf.data.Dataset` of such elements will do, as
                will one of bare videos.
            factors: declarations; see the class for the others.
            name: what messages call these clips.
            keep: makes `[clips, time, height, width, channel]` of the videos;
                an array in memory when None.
            reader: of streams that the examples do not hold.

        Raises:
            ValueError: when there is no clip or no end of them, an element is
                no clip, or clips differ in shape or in their factors.
        """
        kept, count = [], count_of(examples, name)

        def rows() -> Iterator[Example]:
            for row in rows_of(examples):
                kept.append({k: v for k, v in row.items() if k != "video"})
                yield row

        videos = stream_of(rows(), "video", name)
        video = keep(videos) if keep else in_memory(videos, count)
        streams = {
            stream: np.stack(list(stream_of(kept, stream, name)))
            for stream in STREAMS
            if stream in kept[0]
        }
        groups = {
            group: stacked([row.get(group, {}) for row in kept], name, group)
            for group in GROUPS
        }
        return cls.from_groups(
            video, groups, factors, streams=streams, name=name, reader=reader
        )

    @classmethod
    def from_groups(
        cls,
        video: np.ndarray,
        groups: Mapping[str, Arrays],
        factors: Sequence[Factor] = (),
        **kwargs: Any,
    ) -> "Clips":
        """Clips with values in dicts `content`, `pose` and `instance`.

        Args:
            video: uint8 `[clips, time, height, width, channel]`.
            groups: values by factor in each dict.
            factors: declarations; a factor in `instance` that is not declared
                is an identifier.
            **kwargs: further attributes.

        Raises:
            ValueError: a factor in two of the dicts, or as the class.
        """
        values = {}
        declared = {factor.name: factor for factor in checked_factors(factors)}
        for group, of_group in groups.items():
            for factor, array in of_group.items():
                if factor in values:
                    raise ValueError(
                        f"{kwargs.get('name', cls.name)} has two factors "
                        f"{factor!r}; each name is allowed once."
                    )
                values[factor] = array
                if group == "instance" and factor not in declared:
                    declared[factor] = Factor(
                        factor, "identifier", array.ndim > 1
                    )
        return cls(video, values, tuple(declared.values()), **kwargs)

    def _of(self, group: str) -> dict[str, np.ndarray]:
        return {
            factor.name: self.values[factor.name]
            for factor in self.factors
            if factor.group == group
        }

    def _complete(self) -> tuple[Factor, ...]:
        """A factor for each of the values, declared or by default."""
        declared = {f.name: f for f in checked_factors(self.factors)}
        for name in declared:
            if name not in self.values:
                raise ValueError(
                    f"{self.name}: factor {name!r} is declared and has no "
                    f"values; there are values of {sorted(self.values)}."
                )
        return checked_factors(
            declared.get(name) or _default_factor(name, values)
            for name, values in self.values.items()
        )

    def _check_values(self, factor: Factor) -> None:
        values, size = self.values[factor.name], factor.size
        what = f"{self.name}: factor {factor.name!r}"
        axes = 2 if factor.per_frame else 1
        if values.shape != self.video.shape[:axes]:
            needed = ", ".join(("clips", "time")[:axes])
            raise ValueError(
                f"{what} has values of shape {list(values.shape)}, needed is "
                f"[{needed}], here {list(self.video.shape[:axes])}."
            )
        if size is None or not len(values):
            return
        low, high = values.min(), values.max()
        if not 0 <= low <= high < size:
            raise ValueError(
                f"{what} spans {low}..{high} but must lie in 0..{size - 1}."
            )


def _default_factor(name: str, values: np.ndarray) -> Factor:
    kinds = {"i": "class", "u": "class", "b": "class", "f": "scalar"}
    kind = kinds.get(values.dtype.kind, "identifier")
    return Factor(name, kind, values.ndim > 1)
