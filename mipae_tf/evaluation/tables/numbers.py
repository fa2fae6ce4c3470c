"""How numbers are written in tables."""

from collections.abc import Sequence

TIME_UNITS = (("h", 3600.0), ("min", 60.0), ("s", 1.0))


def number(value: float | str, sign: bool = False) -> str:
    """A value with three decimals, or two from 10 on.

    Values below 0.1 have two significant digits, integers no decimals. Text
    is left as it is.

    Args:
        value: the number.
        sign: whether positive numbers have a sign too.
    """
    plus = "+" if sign else ""
    if isinstance(value, str):
        return value
    if isinstance(value, int):
        return f"{value:{plus}}"
    if abs(value) >= 10:
        return f"{value:{plus}.2f}"
    if abs(value) >= 0.1 or not value:
        return f"{value:{plus}.3f}"
    return f"{value:{plus}.2g}"


def mean_and_deviation(values: Sequence[float]) -> str:
    """Mean ± standard deviation of a sample; one value has no deviation."""
    mean = sum(values) / len(values)
    text = number(float(mean))
    if len(values) > 1:
        decimals = len(text.partition(".")[2])
        text += f" ± {deviation(values):.{decimals}f}"
    return text


def deviation(values: Sequence[float]) -> float:
    """Standard deviation of a sample of at least two values."""
    mean = sum(values) / len(values)
    square = sum((x - mean) ** 2 for x in values) / (len(values) - 1)
    return square**0.5


def interval(bounds: Sequence[float]) -> str:
    """A lower and an upper bound."""
    low, high = bounds
    return f"{number(low)} to {number(high)}"


def duration(seconds: Sequence[float]) -> str:
    """A time in hours, minutes or seconds; mean ± sd of several.

    Args:
        seconds: one time or more.
    """
    mean = sum(seconds) / len(seconds)
    unit, size = next((u for u in TIME_UNITS if mean >= u[1]), TIME_UNITS[-1])
    text = f"{mean / size:.1f}"
    if len(seconds) > 1:
        text += f" ± {deviation(seconds) / size:.1f}"
    return f"{text} {unit}"
