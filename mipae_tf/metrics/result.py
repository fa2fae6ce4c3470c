"""Entries of the metrics file."""

from collections.abc import Sequence

import numpy as np

BETTER = ("higher", "lower", "none")
POOLING = ("mean", "psnr", "none")


def entry(
    name: str,
    value: float,
    count: int | None = None,
    interval: Sequence[float] | None = None,
    per_step: Sequence[float] | None = None,
    per_step_interval: Sequence[Sequence[float]] | None = None,
    *,
    better: str,
    pooling: str = "none",
) -> dict:
    """One measured metric, as plain numbers for JSON.

    Args:
      name: key of the metric, for error messages.
      value: the metric.
      count: number of samples or clips it is measured on.
      interval: lower and upper bound of the value.
      per_step: values at each predicted step.
      per_step_interval: lower and upper bound at each predicted step.
      better: whether `higher` or `lower` values are better, or `none`.
      pooling: how the value is computed from one number per clip and step:
        `mean`, or `psnr` for squared errors, see `pooled_psnr`; `none` for a
        metric that is not a statistic over clips.

    Returns:
      A dict of the arguments that are given.

    Raises:
      ValueError: if `better` or `pooling` is unknown, a number is NaN or
        infinite, an interval is not a pair in ascending order, or a value is
        not a number or a list of numbers.
    """
    for field, given, allowed in (
        ("better", better, BETTER),
        ("pooling", pooling, POOLING),
    ):
        if given not in allowed:
            raise ValueError(
                f"{name}: {field} must be one of {', '.join(allowed)}, got "
                f"{given!r}."
            )
    result = {"value": float(_finite(name, "value", value, 0))}
    if count is not None:
        result["count"] = int(count)
    if interval is not None:
        result["interval"] = _interval(name, interval)
    if per_step is not None:
        result["per_step"] = _finite(name, "per_step", per_step, 1).tolist()
    if per_step_interval is not None:
        result["per_step_interval"] = [
            _interval(name, interval) for interval in per_step_interval
        ]
    return result | {"better": better, "pooling": pooling}


def absent(reason: str) -> dict:
    """A metric that could not be computed, and why.

    Raises:
      ValueError: if the reason is empty.
    """
    if not str(reason).strip():
        raise ValueError("An absent metric must have a reason, got none.")
    return {"absent": str(reason)}


def _interval(name: str, interval: Sequence[float]) -> list[float]:
    low, high = _finite(name, "interval", interval, 1, length=2).tolist()
    if low > high:
        raise ValueError(
            f"{name}: interval must be in ascending order, got {low} to {high}."
        )
    return [low, high]


def _finite(
    name: str, field: str, values: object, rank: int, length: int | None = None
) -> np.ndarray:
    array = np.asarray(values, np.float64)
    if array.ndim != rank or length not in (None, array.size):
        wanted = "one number" if rank == 0 else f"{length or 'some'} numbers"
        raise ValueError(
            f"{name}: {field} must be {wanted}, got shape {array.shape}."
        )
    if not np.isfinite(array).all():
        raise ValueError(f"{name}: {field} must be finite, got {values}.")
    return array
