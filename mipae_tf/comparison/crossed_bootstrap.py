"""Intervals over seeds and clips at once."""

import functools
from collections.abc import Sequence

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.bootstrap import source_weights
from mipae_tf.metrics.frames.frame_quality import pooled_psnr


def crossed_bootstrap(
    first: Sequence[np.ndarray],
    second: Sequence[np.ndarray],
    pooled: bool,
    draws: int,
    seed: int,
    sources: np.ndarray | None = None,
) -> np.ndarray:
    """Draws of the difference between the mean metrics of two sets of runs.

    Each draw resamples the clips once, the same for all runs, because all were
    measured on the same clips; and the runs within each set, independently.
    Quantiles of the draws then hold for other clips and other seeds, with a
    set of one run for other clips only. (A. B. Owen, "The pigeonhole
    bootstrap", Annals of Applied Statistics 1(2), 2007.) With few runs such
    intervals are too narrow: the spread over n seeds is underestimated by
    sqrt((n - 1) / n). Of clips with sources, the sources are resampled, each
    with all its clips.

    Args:
      first: what the metric of each run is pooled from, `[clips, steps]`.
      second: the same of the runs to compare with, on the same clips.
      pooled: whether these are squared errors of a PSNR in dB, see
        `pooled_psnr`; else the metric is their mean.
      draws: number of resamplings.
      seed: of the resampling.
      sources: the source of each clip, `[clips]`; None if clips are
        independent.

    Returns:
      Float64 `[draws]`, mean of the first minus mean of the second.

    Raises:
      AbsentMetric: a single clip, fewer than three sources, runs of different
        clips, or resampled clips without any error.
      ValueError: no run in one of the sets.
    """
    if not (first and second):
        raise ValueError(
            "first and second must both hold at least one run, got "
            f"{len(first)} and {len(second)}."
        )
    counts = {len(values) for values in (*first, *second)}
    if len(counts) > 1:
        raise AbsentMetric(
            f"Runs were measured on different numbers of clips: "
            f"{', '.join(map(str, sorted(counts)))}."
        )
    clips = counts.pop()
    if clips < 2:
        raise AbsentMetric("One clip alone has no interval over clips.")
    if sources is None:
        weights = _clip_weights(clips, draws, seed)
    else:
        drawn = np.random.default_rng([seed, 0])
        weights = source_weights(sources, draws, drawn)
    generator = np.random.default_rng([seed, 1])
    means = []
    for runs in (first, second):
        metrics = np.stack(
            [pooled_metric(weights @ values, pooled) for values in runs], axis=1
        )  # [draws, runs]
        chosen = generator.integers(len(runs), size=metrics.shape)
        means.append(np.take_along_axis(metrics, chosen, axis=1).mean(axis=1))
    return means[0] - means[1]


def pooled_metric(values: np.ndarray, pooled: bool) -> np.ndarray:
    """The metric `[...]` of means over clips `[..., steps]`.

    Raises:
      AbsentMetric: a PSNR without any error.
    """
    if pooled:
        return pooled_psnr(values[..., None, :])[1]
    return values.mean(axis=-1)


@functools.lru_cache(maxsize=1)
def _clip_weights(clips: int, draws: int, seed: int) -> np.ndarray:
    """Share of each clip in each resampling, float64 `[draws, clips]`."""
    chosen = np.random.default_rng([seed, 0]).integers(
        clips, size=(draws, clips)
    )
    return np.stack([np.bincount(row, minlength=clips) for row in chosen]) / (
        clips
    )
