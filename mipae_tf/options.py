"""Options with declared types, limits and help texts.

All options of users are fields of frozen dataclasses that derive from
`Options`. Values are checked when an instance is created. Flags and their help
are generated from the fields, see `mipae_tf.cli.flags`.
"""

import dataclasses
import math
import numbers
import os
from collections.abc import Mapping
from typing import Any
from typing import ClassVar
from typing import Self

from mipae_tf.limits import INT32_MAX

# Slightly less than the largest float32.
FLOAT32_MAX = 3.4e38


def option(
    default: Any,
    help: str,
    *,
    type: type | None = None,
    choices: tuple | None = None,
    low: float | None = None,
    above: float | None = None,
    below: float | None = None,
    high: float | None = None,
    path: bool = False,
    identity: bool = True,
) -> Any:
    """A field of `Options`.

    Args:
        default: the default value.
        help: help text of the flag.
        type: bool, int, float or str; required if the default is None.
        choices: the allowed values; None for no restriction.
        low: the smallest allowed number.
        above: exclusive lower limit.
        below: exclusive upper limit.
        high: the largest allowed number; if None, integers are limited by
            `MAX_INTEGER` of the class.
        path: whether the value is a path, in which `~` is the home folder.
        identity: whether the value changes what a run learns. `compare` keeps
            runs with other values apart, and a hyper-parameter must keep its
            value when a run is resumed. False for the number of steps, as a
            run may be extended.
    """
    metadata = {
        "help": help,
        "type": type or default.__class__,
        "choices": choices,
        "low": low,
        "above": above,
        "below": below,
        "high": high,
        "path": path,
        "identity": identity,
    }
    return dataclasses.field(default=default, metadata=metadata)


def override_default(
    options: type["Options"], name: str, default: Any, **metadata: Any
) -> Any:
    """Declares a field of a base class with another default.

    Args:
        options: the base class.
        name: name of the field.
        default: default in the subclass.
        **metadata: other arguments of `option` to change.
    """
    inherited = options.__dataclass_fields__[name].metadata
    return dataclasses.field(
        default=default, metadata={**inherited, **metadata}
    )


@dataclasses.dataclass(frozen=True)
class Options:
    """Base class of options.

    Attributes:
        MAX_INTEGER: upper limit of integer fields without a limit.

    Raises:
        ValueError: if a value is not allowed; the message names the flag, the
            value and what is allowed.
    """

    MAX_INTEGER: ClassVar[int] = INT32_MAX

    def __post_init__(self) -> None:
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if value is None and field.default is None:
                continue
            if field.metadata["path"] and isinstance(value, os.PathLike):
                value = os.fspath(value)
                object.__setattr__(self, field.name, value)
            _check(field.name, value, field.metadata, self.MAX_INTEGER)
            if field.metadata["type"] in (int, float):  # converts NumPy types
                value = field.metadata["type"](value)
                object.__setattr__(self, field.name, value)

    def updated(self, given: Mapping[str, Any]) -> Self:
        """Returns a copy with other values for some fields.

        Raises:
            ValueError: if a name is not a field, or a value is not allowed.
        """
        names = [field.name for field in dataclasses.fields(self)]
        for name in given:
            if name not in names:
                raise ValueError(
                    f"{name}={given[name]!r} is not a field of "
                    f"{type(self).__name__}; allowed are {', '.join(names)}."
                )
        return dataclasses.replace(self, **given)


def _check(name: str, value: Any, limits: Mapping, high: float | None) -> None:
    wanted, given = limits["type"], f"--{name}={value}"
    if not _is_a(value, wanted):
        raise ValueError(f"--{name}={value!r} must be {_KINDS[wanted]}.")
    if wanted is float and not abs(value) <= FLOAT32_MAX:
        raise ValueError(f"{given} must be a finite float32 number.")
    if limits["choices"] and value not in limits["choices"]:
        allowed = ", ".join(map(str, limits["choices"]))
        raise ValueError(f"{given} is unknown; allowed are {allowed}.")
    if wanted not in (int, float):
        return
    above, below, low = limits["above"], limits["below"], limits["low"]
    if limits["high"] is not None or wanted is float:
        high = limits["high"]
    why = None
    if low is not None and value < low or above is not None and value <= above:
        why = "is too small"
    if (
        high is not None
        and value > high
        or below is not None
        and value >= below
    ):
        why = "is too large"
    if why:
        raise ValueError(f"{given} {why}; allowed is {_allowed(limits, high)}.")


def _allowed(limits: Mapping, high: float | None) -> str:
    """Describes the allowed numbers, such as `1 to 100` or `more than 0`."""
    if limits["low"] is not None and high is not None:
        return f"{limits['low']} to {high}"
    parts = {
        "{} or more": limits["low"],
        "more than {}": limits["above"],
        "less than {}": limits["below"],
        "{} or less": high,
    }
    texts = [text.format(x) for text, x in parts.items() if x is not None]
    return " and ".join(texts)


_KINDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a string",
}


def _is_a(value: Any, wanted: type) -> bool:
    if wanted is bool or isinstance(value, bool):
        return wanted is bool and isinstance(value, bool)
    if wanted is int:
        return isinstance(value, numbers.Integral)
    if wanted is float:
        return isinstance(value, numbers.Real) and not math.isnan(value)
    return isinstance(value, wanted)
