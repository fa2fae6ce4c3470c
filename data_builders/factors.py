"""Declarations of the factors of a dataset."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

import numpy as np

KINDS = (
    "class",
    "scalar",
    "position",
    "angle",
    "identifier",
    "source",
    "recording",
)
# Kinds that say where the pixels come from; they are no factors for metrics.
PROVENANCE = ("identifier", "source", "recording")
# Kinds of which a dataset has at most one factor.
SINGLE = ("source", "recording")
AXES = ("x", "y")
# The dicts of an example with the values of factors.
GROUPS = ("content", "pose", "instance")


@dataclasses.dataclass(frozen=True)
class Factor:
    """A known property of each clip, or of each of its frames.

    Attributes:
        name: key of the values. It has no other meaning.
        kind: `class`, one of several unordered values; `scalar`, a number;
            `position`, a coordinate of an object; `angle`, a periodic number
            with period `size`, or 2π if it has no size; `identifier`, which
            identifies where the pixels come from and is not a factor for
            metrics; `source`, what the clip was cut from, such as a video or
            a person, which is not a factor for metrics: clips of one source
            are not independent, so a split never divides a source; or
            `recording`, the video, where a source may have several. A dataset
            has at most one source and one recording.
        per_frame: whether there is a value for each frame, `[clips, time]`, or
            one for the clip, `[clips]`. Motion is per frame, including
            properties that are inferred from motion: an action that lasts for
            the whole clip has the same value in every frame.
        size: number of values, which are the integers from 0 to `size - 1`;
            None if it is unknown or infinite.
        object: index of the object of the factor; None for a factor of the
            whole frame.
        axis: axis of a position: `x` (from left to right) or `y` (from top to
            bottom).

    Raises:
        ValueError: if a field has a value that is not allowed.
    """

    name: str
    kind: str
    per_frame: bool
    size: int | None = None
    object: int | None = None
    axis: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(
                f"A factor has name {self.name!r}; allowed is any non-empty "
                "text."
            )
        self._require("kind", self.kind in KINDS, ", ".join(KINDS))
        self._require(
            "per_frame", isinstance(self.per_frame, bool), "true or false"
        )
        for field, least in (("size", 1), ("object", 0)):
            value = getattr(self, field)
            self._require(
                field,
                value is None or (type(value) is int and value >= least),
                f"an integer of at least {least}, or none",
            )
        if self.kind == "position":
            self._require("axis", self.axis in AXES, " or ".join(AXES))
            self._require(
                "object", self.object is not None, "the index of its object"
            )
        else:
            self._require(
                "axis", self.axis is None, "none, as kind is not position"
            )
        if self.kind in SINGLE:
            self._require(
                "per_frame", not self.per_frame, f"false for a {self.kind}"
            )

    @property
    def group(self) -> str:
        """The dict of an example with its values, one of `GROUPS`."""
        if self.kind in PROVENANCE:
            return "instance"
        return "pose" if self.per_frame else "content"

    def _require(self, field: str, fulfilled: bool, allowed: str) -> None:
        if not fulfilled:
            raise ValueError(
                f"Factor {self.name!r} has {field} {getattr(self, field)!r}; "
                f"allowed is {allowed}."
            )


def checked_factors(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """Checks the factors of one dataset.

    Raises:
        ValueError: if two factors have the same name, two positions have the
            same object and axis, or there are two sources or recordings.
    """
    factors = tuple(factors)
    for kind in SINGLE:
        found = [factor.name for factor in factors if factor.kind == kind]
        if len(found) > 1:
            raise ValueError(
                f"Factors {', '.join(map(repr, found))} are of the kind "
                f"{kind}; a dataset has at most one {kind}."
            )
    names, places = set(), set()
    for factor in factors:
        if factor.name in names:
            raise ValueError(
                f"Factor {factor.name!r} is declared twice; names must be "
                "unique."
            )
        names.add(factor.name)
        if factor.kind != "position":
            continue
        place = (factor.object, factor.axis)
        if place in places:
            raise ValueError(
                f"Factor {factor.name!r} is a second {factor.axis} of object "
                f"{factor.object}; an object has one position on each axis."
            )
        places.add(place)
    return factors


def to_metadata(factors: Iterable[Factor]) -> list[dict[str, Any]]:
    """The declarations as tfds metadata, serialisable as JSON."""
    return [dataclasses.asdict(factor) for factor in factors]


def from_metadata(
    metadata: Mapping[str, Any] | None,
) -> tuple[Factor, ...]:
    """The declarations in tfds metadata; empty if there are none."""
    rows = (metadata or {}).get("factors")
    if not isinstance(rows, list):
        return ()
    return checked_factors(Factor(**row) for row in rows)


def stored_as(factor: Factor) -> type:
    """The dtype of the values of a factor in an example."""
    if factor.kind in PROVENANCE:
        return np.int64
    return np.float32 if factor.size is None else np.int32
