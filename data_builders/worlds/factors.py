"""What is known of the clips of a dataset, one declaration for each factor."""

import dataclasses
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

KINDS = ("class", "scalar", "position", "angle", "identifier")
AXES = ("x", "y")
# The dicts of an example that hold the values of factors.
GROUPS = ("content", "pose", "instance")


@dataclasses.dataclass(frozen=True)
class Factor:
    """Something that is known of each clip, or of each of its frames.

    Attributes:
        name: key of the values. Nothing is inferred from it.
        kind: `class`, one of several values without an order; `scalar`, a
            number; `position`, a coordinate of an object; `angle`, a number
            that comes round to its start, after `size` steps where it has a
            size and after 2π where it has none; or `identifier`, which says
            where the pixels come from and is no factor for metrics.
        per_frame: whether there is a value for each frame, `[clips, time]`,
            or one for the clip, `[clips]`. What moves is per frame, and so is
            what is told from motion: an action that lasts for the whole clip
            has the same value in every frame.
        size: number of values, which are then the integers from 0 to
            `size - 1`; None where it is not known or not finite.
        object: index of the object that the factor belongs to; None for a
            factor of the whole frame.
        axis: `x` (from left to right) or `y` (from top to bottom) of a
            position.

    Raises:
        ValueError: a field that is not allowed; the message names it.
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
                f"A factor has name {self.name!r}; allowed is any text that "
                "is not empty."
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
                f"a whole number of at least {least}, or none",
            )
        if self.kind == "position":
            self._require("axis", self.axis in AXES, " or ".join(AXES))
            self._require(
                "object", self.object is not None, "the index of its object"
            )
        else:
            self._require(
                "axis", self.axis is None, "none where kind is not position"
            )

    @property
    def group(self) -> str:
        """The dict of an example that holds its values, of `GROUPS`."""
        if self.kind == "identifier":
            return "instance"
        return "pose" if self.per_frame else "content"

    def _require(self, field: str, fulfilled: bool, allowed: str) -> None:
        if not fulfilled:
            raise ValueError(
                f"Factor {self.name!r} has {field} {getattr(self, field)!r}; "
                f"allowed is {allowed}."
            )


def checked_factors(factors: Iterable[Factor]) -> tuple[Factor, ...]:
    """The factors of one dataset.

    Raises:
        ValueError: two of one name, or two positions of one object and axis.
    """
    factors = tuple(factors)
    names, places = set(), set()
    for factor in factors:
        if factor.name in names:
            raise ValueError(
                f"Factor {factor.name!r} is declared twice; each name is "
                "allowed once."
            )
        names.add(factor.name)
        if factor.kind != "position":
            continue
        place = (factor.object, factor.axis)
        if place in places:
            raise ValueError(
                f"Factor {factor.name!r} is another {factor.axis} of object "
                f"{factor.object}; an object has one position on each axis."
            )
        places.add(place)
    return factors


def to_metadata(factors: Iterable[Factor]) -> list[dict[str, Any]]:
    """The declaration as tfds metadata, which JSON can hold."""
    return [dataclasses.asdict(factor) for factor in factors]


def from_metadata(
    metadata: Mapping[str, Any] | None,
) -> tuple[Factor, ...]:
    """The declaration in tfds metadata; none where there is no such list."""
    rows = (metadata or {}).get("factors")
    if not isinstance(rows, list):
        return ()
    return checked_factors(Factor(**row) for row in rows)
