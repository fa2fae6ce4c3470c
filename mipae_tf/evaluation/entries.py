"""Entries of `metrics.json`: statistics over clips, or why there are none."""

from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.bootstrap import bootstrap_interval
from mipae_tf.metrics.frames.frame_quality import pooled_psnr
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry


def absent_entries(
    keys: Iterable[str], reason: str | AbsentMetric
) -> dict[str, dict]:
    """The same reason under each of some keys."""
    return {key: absent(str(reason)) for key in keys}


def entries_or_reason(
    keys: Iterable[str],
    compute: Callable[..., dict[str, dict]],
    *args,
    **kwargs,
) -> dict[str, dict]:
    """The entries that `compute` returns.

    Where it raises `AbsentMetric`, its message under each of the keys.
    """
    try:
        return compute(*args, **kwargs)
    except AbsentMetric as reason:
        return absent_entries(keys, reason)


def entry_or_reason(compute: Callable[..., dict], *args, **kwargs) -> dict:
    """The entry that `compute` returns, or the reason why it has no value."""
    try:
        return compute(*args, **kwargs)
    except AbsentMetric as reason:
        return absent(str(reason))


def psnr_entry(
    key: str,
    errors: np.ndarray,
    subject: Subject,
    by_step: bool = True,
    *,
    better: str = "higher",
    clips: np.ndarray | None = None,
) -> dict:
    """PSNR of squared errors, pooled over clips.

    Absent where a step has no error at all. Without an interval where there
    are too few clips or sources of clips, or where resampled clips have no
    error at some step; `no_interval` then says why.

    Args:
        key: of the entry.
        errors: squared errors `[clips, time]`.
        subject: whose clips they are of; gives the seed of the bootstrap.
        by_step: whether the entry also has the value at each step.
        better: see `entry`.
        clips: index of the clip of each row; the first clips when None.
    """

    def psnr(draws):
        return pooled_psnr(draws)[1]

    kind = {"better": better, "pooling": "psnr"}
    return entry_or_reason(
        _entry, key, errors, subject, clips, psnr, by_step, kind
    )


def mean_entry(
    key: str,
    values: np.ndarray,
    subject: Subject,
    by_step: bool = True,
    *,
    better: str,
    clips: np.ndarray | None = None,
) -> dict:
    """Mean of values over clips and time, see `psnr_entry`.

    Args:
        key: of the entry.
        values: one number for each clip and step, `[clips, time]`.
        subject: whose clips they are of; gives the seed of the bootstrap.
        by_step: whether the entry also has the value at each step.
        better: see `entry`.
        clips: index of the clip of each row; the first clips when None.
    """

    def mean(draws):
        return draws.mean(axis=(-2, -1))

    kind = {"better": better, "pooling": "mean"}
    return entry_or_reason(
        _entry, key, values, subject, clips, mean, by_step, kind
    )


def step_band(
    row: Mapping,
) -> tuple[Sequence[float] | None, Sequence[float] | None]:
    """Lower and upper bounds of `per_step` of an entry; None without them."""
    if "per_step_interval" not in row:
        return None, None
    low, high = zip(*row["per_step_interval"], strict=True)
    return low, high


def _entry(
    key: str,
    values: np.ndarray,
    subject: Subject,
    clips: np.ndarray | None,
    statistic: Callable[[np.ndarray], np.ndarray],
    by_step: bool,
    kind: dict,
) -> dict:
    """The statistic of all values and, if wanted, of those at each step."""
    sources = subject.clips.sources
    if sources is not None:
        sources = sources[: len(values)] if clips is None else sources[clips]

    def interval(part: np.ndarray) -> tuple[float, float]:
        return bootstrap_interval(
            statistic, part, subject.seed, sources=sources
        )

    steps = [values[:, [time]] for time in range(values.shape[1])]
    found, reason = {}, {}
    if by_step:
        found["per_step"] = [statistic(step) for step in steps]
    try:
        found["interval"] = interval(values)
        if by_step:
            found["per_step_interval"] = [interval(step) for step in steps]
    except AbsentMetric as why:
        reason["no_interval"] = str(why)
    value, count = statistic(values), len(values)
    return entry(key, value, count=count, **found, **kind) | reason
