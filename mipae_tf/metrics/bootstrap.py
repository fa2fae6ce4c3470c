"""Bootstrap intervals from resampling clips, or the sources of clips."""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric

# Resampled values in memory at a time: 64 MB of float64.
RESAMPLED_VALUES = 2**23
FEWEST_SOURCES = 3


def bootstrap_interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    per_clip: np.ndarray,
    seed: int,
    draws: int = 1000,
    sources: np.ndarray | None = None,
) -> tuple[float, float]:
    """The 95 % percentile interval from resampling the clips.

    Clips of the same source are not independent. Where sources are given, they
    are resampled instead, each with all its clips (the cluster bootstrap:
    Davison and Hinkley, Bootstrap Methods and their Application, 1997,
    section 3.8).

    Args:
      statistic: function from values `[resamplings, clips, ...]` to
        `[resamplings]`, for example `lambda errors: pooled_psnr(errors)[1]`.
        It must depend on the clips only through their mean.
      per_clip: values `[clips, ...]`.
      seed: seed of the resampling.
      draws: number of resamplings.
      sources: the source of each clip, `[clips]`; None if clips are
        independent.

    Returns:
      The 2.5 % and the 97.5 % quantile of the statistic.

    Raises:
      AbsentMetric: if there is only one clip, there are fewer than three
        sources, or `statistic` raises it.
      ValueError: if there is no clip.
    """
    clips = len(per_clip)
    if clips < 1:
        raise ValueError("per_clip must hold at least one clip, got none.")
    if clips < 2:
        raise AbsentMetric("An interval over clips needs at least 2, got 1.")
    generator = np.random.default_rng(seed)
    if sources is not None:
        weights = source_weights(sources, draws, generator)
        means = np.tensordot(weights, per_clip, axes=1)  # [draws, ...]
        return _quantiles(statistic(means[:, None]))
    chosen = generator.integers(clips, size=(draws, clips))
    step = max(1, RESAMPLED_VALUES // per_clip.size)
    values = [
        statistic(per_clip[chosen[start : start + step]])
        for start in range(0, draws, step)
    ]
    return _quantiles(np.concatenate(values))


def source_weights(
    sources: np.ndarray, draws: int, generator: np.random.Generator
) -> np.ndarray:
    """Share of each clip in each resampling of the sources.

    Args:
      sources: the source of each clip, `[clips]`.
      draws: number of resamplings.
      generator: draws the sources.

    Returns:
      Float64 `[draws, clips]`, each row of which sums to 1.

    Raises:
      AbsentMetric: if there are fewer than three sources.
    """
    known, source = np.unique(sources, return_inverse=True)
    count = len(known)
    if count < FEWEST_SOURCES:
        raise AbsentMetric(
            f"An interval over sources of clips needs at least "
            f"{FEWEST_SOURCES}, got {count}."
        )
    chosen = generator.integers(count, size=(draws, count))
    times = np.stack([np.bincount(row, minlength=count) for row in chosen])
    weights = times[:, source]  # [draws, clips]
    return weights / weights.sum(axis=1, keepdims=True)


def _quantiles(values: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)
