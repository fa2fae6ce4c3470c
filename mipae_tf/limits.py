"""Numbers that a user gives, within their limits."""

import math
import numbers
import operator

# The largest seed, and the largest count of steps or clips: TensorFlow takes
# no larger int32.
INT32_MAX = 2**31 - 1


def require_between(
    name: str, value: float, low: float, high: float | None = None
) -> None:
    """Raises a ValueError in one sentence unless `low <= value <= high`.

    Args:
        name: of the flag.
        value: what was given.
        low: the least number allowed; a whole one is wanted where it is an
            int.
        high: the largest number allowed; any when None.
    """
    allowed = f"{low} or more" if high is None else f"{low} to {high}"
    whole = isinstance(low, int)
    if whole and not isinstance(value, numbers.Integral):
        why = "is no whole number"
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
    """A whole number of Python's type, whatever type it was given as.

    Raises:
        ValueError: for anything but a whole number of at least `least`.
    """
    try:
        number = operator.index(value)
    except TypeError as error:
        raise ValueError(
            f"{name}={value!r} is no whole number; {least} is the least."
        ) from error
    if number < least:
        raise ValueError(f"{name}={number} is too small; {least} is the least.")
    if number > INT32_MAX:
        raise ValueError(
            f"{name}={number} is too large; {INT32_MAX} is the most."
        )
    return number
