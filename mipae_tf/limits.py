"""Checks of numbers given by users."""

import math
import numbers
import operator

# Maximum of seeds and of counts of steps or clips: the largest int32.
INT32_MAX = 2**31 - 1


def require_between(
    name: str, value: float, low: float, high: float | None = None
) -> None:
    """Raises a ValueError unless `low <= value <= high`.

    Args:
        name: name of the flag.
        value: the given number.
        low: the smallest allowed number; if it is an int, the value must be an
            integer.
        high: the largest allowed number; None for no limit.
    """
    allowed = f"{low} or more" if high is None else f"{low} to {high}"
    whole = isinstance(low, int)
    if whole and not isinstance(value, numbers.Integral):
        why = "is not an integer"
    elif not math.isfinite(value):
        why = "is not finite"
    elif value < low:
        why = "is too small"
    elif high is not None and value > high:
        why = "is too large"
    else:
        return
    raise ValueError(f"--{name}={value} {why}; allowed is {allowed}.")


def whole_number(name: str, value: int, least: int = 1) -> int:
    """Converts an integer of any type to a Python int.

    Raises:
        ValueError: if the value is not an integer from `least` to `INT32_MAX`.
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise ValueError(
            f"{name}={value!r} is not an integer; {least} is the minimum."
        ) from error
    if number < least:
        raise ValueError(
            f"{name}={number} is too small; {least} is the minimum."
        )
    if number > INT32_MAX:
        raise ValueError(
            f"{name}={number} is too large; {INT32_MAX} is the maximum."
        )
    return number
