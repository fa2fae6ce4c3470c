"""How good samples are as a forecast of one outcome.

Source: T. Gneiting, A. E. Raftery, "Strictly Proper Scoring Rules, Prediction,
and Estimation", JASA 102, 2007, section 4.3.
"""

import numpy as np


def energy_score(samples: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """E|X - y| - E|X - X'| / 2 of each outcome y, X and X' of the samples.

    Strictly proper: its mean is lowest for samples of the distribution that
    the outcomes come from, and neither for those that all lie at its mean nor
    for those that lie farther apart.

    Args:
      samples: `[samples, outcomes, dimensions]`, at least two samples.
      truth: `[outcomes, dimensions]`.

    Returns:
      Float64 `[outcomes]`, in the unit of the truth; lower is better. The
      second mean is over pairs of two samples, so that the score does not
      depend on their number but for chance.

    Raises:
      ValueError: one sample, other shapes, or numbers that are not finite.
    """
    samples = np.asarray(samples)
    truth = np.asarray(truth)
    if truth.ndim != 2 or not len(truth):
        raise ValueError(
            "truth must be numbers [outcomes, dimensions], got shape "
            f"{truth.shape}."
        )
    if samples.ndim != 3 or samples.shape[1:] != truth.shape:
        raise ValueError(
            "samples must be [samples, outcomes, dimensions] of the truth's "
            f"shape {truth.shape}, got shape {samples.shape}."
        )
    count = len(samples)
    if count < 2:
        raise ValueError(f"samples must be at least 2, got {count}.")
    for name, values in {"samples": samples, "truth": truth}.items():
        if not np.isfinite(values).all():
            raise ValueError(f"{name} must be finite, got NaN or infinity.")
    misses = np.linalg.norm(samples - truth, axis=-1).mean(axis=0)
    gaps = sum(
        np.linalg.norm(samples - sample, axis=-1).sum(axis=0)
        for sample in samples
    )  # [outcomes]
    return misses - gaps / (2 * count * (count - 1))
