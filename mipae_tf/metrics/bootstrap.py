"""Bootstrap intervals from resampling clips."""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric

# Resampled values in memory at a time: 64 MB of float64.
RESAMPLED_VALUES = 2**23


def bootstrap_interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    per_clip: np.ndarray,
    seed: int,
    draws: int = 1000,
) -> tuple[float, float]:
    """The 95 % percentile interval from resampling the clips.

    Args:
      statistic: function from values `[resamplings, clips, ...]` to
        `[resamplings]`, for example `lambda errors: pooled_psnr(errors)[1]`.
      per_clip: values `[clips, ...]`.
      seed: seed of the resampling.
      draws: number of resamplings.

    Returns:
      The 2.5 % and the 97.5 % quantile of the statistic.

    Raises:
      AbsentMetric: if there is only one clip, or `statistic` raises it.
      ValueError: if there is no clip.
    """
    clips = len(per_clip)
    if clips < 1:
        raise ValueError("per_clip must hold at least one clip, got none.")
    if clips < 2:
        raise AbsentMetric("An interval over clips needs at least 2, got 1.")
    generator = np.random.default_rng(seed)
    chosen = generator.integers(clips, size=(draws, clips))
    step = max(1, RESAMPLED_VALUES // per_clip.size)
    values = [
        statistic(per_clip[chosen[start : start + step]])
        for start in range(0, draws, step)
    ]
    low, high = np.quantile(np.concatenate(values), [0.025, 0.975])
    return float(low), float(high)
