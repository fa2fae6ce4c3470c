"""Several samples of one future: best, mean, worst and diversity."""

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.checks import checked_videos
from mipae_tf.metrics.frames.checks import unit_frames


def best_mean_worst(
    scores: np.ndarray, higher_is_better: bool
) -> dict[str, np.ndarray]:
    """Scores of the best and the worst sample of each clip, and their mean.

    The best sample of a clip is the one with the best score averaged over time;
    all its steps are reported, not the best step of each sample. It is chosen
    separately for each metric, so that different metrics may choose different
    samples. This is the protocol of SVG (arXiv 1802.07687), which uses 100
    samples. The best score improves with the number of samples, even for a
    model of pure noise: state that number, and report the mean as well.

    Args:
      scores: `[samples, clips, time]`, of one metric.
      higher_is_better: whether higher scores are better, as for SSIM and PSNR,
        but not for errors.

    Returns:
      `best`, `mean` and `worst`, each float64 `[clips, time]`.

    Raises:
      ValueError: if the rank is wrong, there is no score, or scores are not
        finite.
    """
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 3 or 0 in scores.shape:
        raise ValueError(
            "scores must be numbers [samples, clips, time] without an empty "
            f"axis, got shape {scores.shape}."
        )
    if not np.isfinite(scores).all():
        raise ValueError("scores must be finite, got NaN or infinity.")
    of_samples = scores.mean(axis=2)  # [samples, clips]
    chosen = [of_samples.argmax(axis=0), of_samples.argmin(axis=0)]
    best, worst = chosen if higher_is_better else chosen[::-1]
    clips = np.arange(scores.shape[1])
    return {
        "best": scores[best, clips],
        "mean": scores.mean(axis=0),
        "worst": scores[worst, clips],
    }


def sample_diversity(samples: np.ndarray) -> np.ndarray:
    """How much the samples of one future differ from each other.

    The mean squared difference per pixel over all pairs of samples, on
    intensities in [0, 1]. It is 0 for a deterministic model.

    Args:
      samples: frames `[samples, clips, time, height, width, channels]`, uint8
        (divided by 255) or float in [0, 1].

    Returns:
      Float64 `[clips, time]`.

    Raises:
      AbsentMetric: if there is only one sample.
      ValueError: if the rank or dtype is wrong, or floats are outside [0, 1].
    """
    samples = checked_videos("samples", samples, rank=6)
    count, clips, time = samples.shape[:3]
    if count < 2:
        raise AbsentMetric("Diversity needs at least 2 samples, got 1.")
    diversity = np.empty((clips, time))
    for clip, step in np.ndindex(clips, time):
        frames = unit_frames(samples[:, clip, step])
        # Over all pairs, the mean squared difference is twice the variance.
        diversity[clip, step] = 2 * frames.var(axis=0, ddof=1).mean()
    return diversity
