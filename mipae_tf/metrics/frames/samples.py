"""Several samples of one future: the best, the mean, the worst, the spread."""

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.checks import checked_videos
from mipae_tf.metrics.frames.checks import unit_frames


def best_mean_worst(
    scores: np.ndarray, higher_is_better: bool
) -> dict[str, np.ndarray]:
    """Scores of the best and the worst sample of each clip, and their mean.

    The best sample of a clip is the one whose score, averaged over time, is
    best; all its steps are then reported, not the best step of each. It is
    chosen for each measure by itself, so that the best by one measure may be
    another sample than the best by the next. This is the protocol of SVG
    (arXiv 1802.07687), there with 100 samples. The best rises with the number
    of samples, for a model of pure noise too: state that number, and report the
    mean beside it.

    Args:
      scores: `[samples, clips, time]`, of one measure.
      higher_is_better: whether larger scores are better, as those of SSIM and
        PSNR, and not those of errors.

    Returns:
      `best`, `mean` and `worst`, each float64 `[clips, time]`.

    Raises:
      ValueError: another rank, no score, or scores that are not finite.
    """
    scores = np.asarray(scores, np.float64)
    if scores.ndim != 3 or 0 in scores.shape:
        raise ValueError(
            "scores must be numbers [samples, clips, time], none of them 0, "
            f"got shape {scores.shape}."
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

    The mean squared difference per pixel, over all pairs of two samples, on
    intensities in [0, 1]: 0 for a model that always draws the same.

    Args:
      samples: frames `[samples, clips, time, height, width, channels]`, uint8
        (then divided by 255) or float in [0, 1].

    Returns:
      Float64 `[clips, time]`.

    Raises:
      AbsentMetric: a single sample, which forms no pair.
      ValueError: another rank, other dtypes, or floats outside [0, 1].
    """
    samples = checked_videos("samples", samples, rank=6)
    count, clips, time = samples.shape[:3]
    if count < 2:
        raise AbsentMetric("One sample alone forms no pair to compare.")
    diversity = np.empty((clips, time))
    for clip, step in np.ndindex(clips, time):
        frames = unit_frames(samples[:, clip, step])
        # Over all pairs, the mean squared difference is twice the variance.
        diversity[clip, step] = 2 * frames.var(axis=0, ddof=1).mean()
    return diversity
