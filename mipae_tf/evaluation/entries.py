"""Entries of `metrics.json`: statistics over clips, or why there are none."""

from collections.abc import Callable
from collections.abc import Iterable

import numpy as np

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
    seed: int,
    by_step: bool = True,
    *,
    better: str = "higher",
) -> dict:
    """PSNR of squared errors, pooled over clips.

    Absent where a step has no error at all, or for a single clip.

    Args:
        key: of the entry.
        errors: squared errors `[clips, time]`.
        seed: of the bootstrap.
        by_step: whether the entry also has the value at each step.
        better: see `entry`.
    """

    def psnr(draws):
        return pooled_psnr(draws)[1]

    kind = {"better": better, "pooling": "psnr"}
    return entry_or_reason(_entry, key, errors, seed, psnr, by_step, kind)


def mean_entry(
    key: str,
    values: np.ndarray,
    seed: int,
    by_step: bool = True,
    *,
    better: str,
) -> dict:
    """Mean of values over clips and time; absent for a single clip.

    Args:
        key: of the entry.
        values: one number for each clip and step, `[clips, time]`.
        seed: of the bootstrap.
        by_step: whether the entry also has the value at each step.
        better: see `entry`.
    """

    def mean(draws):
        return draws.mean(axis=(-2, -1))

    kind = {"better": better, "pooling": "mean"}
    return entry_or_reason(_entry, key, values, seed, mean, by_step, kind)


def _entry(
    key: str,
    values: np.ndarray,
    seed: int,
    statistic: Callable[[np.ndarray], np.ndarray],
    by_step: bool,
    kind: dict,
) -> dict:
    """The statistic of all values and, if wanted, of those at each step."""
    of_steps = {}
    if by_step:
        steps = [values[:, [time]] for time in range(values.shape[1])]
        of_steps = {
            "per_step": [statistic(step) for step in steps],
            "per_step_interval": [
                bootstrap_interval(statistic, step, seed) for step in steps
            ],
        }
    return entry(
        key,
        statistic(values),
        count=len(values),
        interval=bootstrap_interval(statistic, values, seed),
        **of_steps,
        **kind,
    )
