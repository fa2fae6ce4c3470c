"""Statistics over clips as entries of `metrics.json`."""

import numpy as np

from mipae_tf.metrics.bootstrap import bootstrap_interval
from mipae_tf.metrics.frames.frame_quality import pooled_psnr
from mipae_tf.metrics.result import entry


def psnr_entry(
    key: str,
    errors: np.ndarray,
    seed: int,
    by_step: bool = True,
    *,
    better: str = "higher",
) -> dict:
    """PSNR of squared errors `[clips, time]`, pooled over clips.

    Args:
        key: of the entry.
        errors: squared errors.
        seed: of the bootstrap.
        by_step: whether each step has a value of its own.
        better: see `entry`.

    Raises:
        AbsentMetric: a step without any error, or a single clip.
    """

    def psnr(draws):
        return pooled_psnr(draws)[1]

    kind = {"better": better, "pooling": "psnr"}
    return _entry(key, errors, seed, psnr, by_step, kind)


def mean_entry(
    key: str,
    values: np.ndarray,
    seed: int,
    by_step: bool = True,
    *,
    better: str,
) -> dict:
    """Mean of values `[clips, time]` over clips and time.

    Args:
        key: of the entry.
        values: one number for each clip and step.
        seed: of the bootstrap.
        by_step: whether each step has a value of its own.
        better: see `entry`.

    Raises:
        AbsentMetric: a single clip.
    """

    def mean(draws):
        return draws.mean(axis=(-2, -1))

    kind = {"better": better, "pooling": "mean"}
    return _entry(key, values, seed, mean, by_step, kind)


def _entry(
    key, values: np.ndarray, seed: int, statistic, by_step: bool, kind: dict
) -> dict:
    """The statistic over all, and at each step where that is asked for."""
    each = {}
    if by_step:
        steps = [values[:, [time]] for time in range(values.shape[1])]
        each = {
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
        **each,
        **kind,
    )
