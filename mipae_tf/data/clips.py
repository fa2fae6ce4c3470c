"""Clips in memory or in files, with their factors."""

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
from mipae_tf.data_builders.factors import GROUPS
from mipae_tf.data_builders.factors import KINDS
from mipae_tf.data_builders.factors import PROVENANCE
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import checked_factors

Arrays = Mapping[str, np.ndarray]
Reader = Callable[[Sequence[str]], Arrays]


@dataclasses.dataclass(frozen=True)
class Clips:
    """Clips of one split: streams of arrays, and factors with their values.

    Clips are accessed by index, so that a batch is a function of (seed, step)
    and no iterator needs to be saved.

    The kind of a factor that is not declared is inferred from its values:
    values `[clips]` are per clip and values `[clips, time]` per frame; integers
    and booleans are a class, floats a scalar, and anything else an identifier.
    Its size is unknown.

    Attributes:
        video: uint8 `[clips, time, height, width, 1 or 3]`; floating values
            in [0, 1] are scaled.
        values: values of each factor by name, `[clips, time]` if the factor is
            per frame, otherwise `[clips]`.
        factors: declarations of the factors, in the order of `values`.
        streams: all streams by name, including `video`; see `STREAMS`.
        name: name of the clips, for messages and records.
        reader: function that reads further streams by name, or None.

    Raises:
        ValueError: if there is no frame, frames have the wrong type, range or
            layout, or a stream or values do not match their declaration.
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
                    f"{self.name}: {name} must have {len(self)} clips of "
                    f"{self.length} frames like the video, got "
                    f"{array.shape[0]} clips of {array.shape[1]} frames."
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
        """Values `[clips]` of factors that are constant within a clip."""
        return self._of("content")

    @property
    def pose(self) -> dict[str, np.ndarray]:
        """Values `[clips, time]` of factors that are per frame."""
        return self._of("pose")

    @property
    def instance(self) -> dict[str, np.ndarray]:
        """Values of where clips come from; no factors for metrics."""
        return self._of("instance")

    @property
    def sources(self) -> np.ndarray | None:
        """Values `[clips]` of the factor of kind `source`, or None.

        Clips with the same value are not independent.
        """
        return self._single("source")

    @property
    def recordings(self) -> np.ndarray | None:
        """Values `[clips]` of the factor of kind `recording`, or None."""
        return self._single("recording")

    def factors_of(
        self, kind: str | None = None, per_frame: bool | None = None
    ) -> tuple[Factor, ...]:
        """Declared factors of a kind, or all that metrics use.

        Args:
            kind: one of `KINDS`; None for any kind except those of
                `PROVENANCE`.
            per_frame: whether factors are per frame; None for both.
        """
        kinds = set(KINDS) - set(PROVENANCE) if kind is None else {kind}
        return tuple(
            factor
            for factor in self.factors
            if factor.kind in kinds and per_frame in (None, factor.per_frame)
        )

    def objects(self) -> dict[int, dict[str, str]]:
        """Names of the per-frame positions of each object, by axis (x, y)."""
        found: dict[int, dict[str, str]] = {}
        places = self.factors_of("position", per_frame=True)
        for factor in sorted(places, key=lambda f: (f.object, f.axis)):
            found.setdefault(factor.object, {})[factor.axis] = factor.name
        return found

    def take(self, index: Any) -> "Clips":
        """The clips at `index`, a slice or an array."""
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
        """The same clips with these streams; missing ones are read.

        Raises:
            ValueError: if the clips do not have a stream.
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
        """A hash of the frames: sixteen hexadecimal digits."""
        digest = hashlib.sha256(str(self.video.shape).encode())
        digest.update(np.ascontiguousarray(self.video))
        return digest.hexdigest()[:16]

    @classmethod
    def of(cls, source: Any, name: str = "clips") -> "Clips":
        """Converts an array of videos or an iterable of examples to clips.

        Raises:
            ValueError: as in `from_examples`, or if the source has another
                type.
        """
        if isinstance(source, Clips):
            return source
        if isinstance(source, np.ndarray):
            return cls(source, name=name)
        if not isinstance(source, Iterable):
            raise ValueError(
                f"{name} must be an array, a tf.data.Dataset or another "
                f"iterable of clips, got {type(source).__name__}."
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
            examples: iterable or `tf.data.Dataset` of videos, or of mappings
                with `video` `[time, height, width, 1 or 3]`, uint8 or floating
                in [0, 1], and optionally other streams, and dicts `content`,
                `pose` and `instance` with the values of factors per clip, of
                factors per frame, and of identifiers.
            factors: declarations of factors; see the class for the defaults.
            name: name of the clips in error messages.
            keep: function from the videos to
                `[clips, time, height, width, channel]`; None for an array in
                memory.
            reader: reads streams that the examples do not have.

        Raises:
            ValueError: if there is no clip, the dataset is infinite, an element
                is not a clip, or clips differ in shape or factors.
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
        """Creates clips from dicts `content`, `pose` and `instance`.

        Args:
            video: uint8 `[clips, time, height, width, channel]`.
            groups: values by factor in each dict.
            factors: declarations; a factor in `instance` that is not declared
                is an identifier.
            **kwargs: further attributes.

        Raises:
            ValueError: if a factor is in two dicts, or as in the class.
        """
        values = {}
        declared = {factor.name: factor for factor in checked_factors(factors)}
        for group, of_group in groups.items():
            for factor, array in of_group.items():
                if factor in values:
                    raise ValueError(
                        f"{kwargs.get('name', cls.name)} has two factors "
                        f"{factor!r}; names must be unique."
                    )
                values[factor] = array
                if group == "instance" and factor not in declared:
                    declared[factor] = Factor(
                        factor, "identifier", array.ndim > 1
                    )
        return cls(video, values, tuple(declared.values()), **kwargs)

    def _single(self, kind: str) -> np.ndarray | None:
        found = self.factors_of(kind)
        return self.values[found[0].name] if found else None

    def _of(self, group: str) -> dict[str, np.ndarray]:
        return {
            factor.name: self.values[factor.name]
            for factor in self.factors
            if factor.group == group
        }

    def _complete(self) -> tuple[Factor, ...]:
        """A factor for each entry of `values`, declared or by default."""
        declared = {f.name: f for f in checked_factors(self.factors)}
        for name in declared:
            if name not in self.values:
                raise ValueError(
                    f"{self.name}: factor {name!r} is declared but has no "
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
                f"{what} must have values [{needed}] of shape "
                f"{list(self.video.shape[:axes])}, got {list(values.shape)}."
            )
        if size is None or not len(values):
            return
        low, high = values.min(), values.max()
        if not 0 <= low <= high < size:
            raise ValueError(
                f"{what} must be from 0 to {size - 1}, got {low} to {high}."
            )


def _default_factor(name: str, values: np.ndarray) -> Factor:
    kinds = {"i": "class", "u": "class", "b": "class", "f": "scalar"}
    kind = kinds.get(values.dtype.kind, "identifier")
    return Factor(name, kind, values.ndim > 1)
