"""Energy score: how well samples forecast an outcome.

Source: T. Gneiting, A. E. Raftery, "Strictly Proper Scoring Rules, Prediction,
and Estimation", JASA 102, 2007, section 4.3.
"""

import numpy as np


def energy_score(samples: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """E|X - y| - E|X - X'| / 2 for each outcome y and samples X, X'.

    The score is strictly proper: its mean is lowest for samples from the
    distribution of the outcomes. Samples that are all at the mean, or that
    have a larger spread, score higher.

    Args:
      samples: `[samples, outcomes, dimensions]`, at least two samples.
      truth: `[outcomes, dimensions]`.

    Returns:
      Float64 `[outcomes]`, in the unit of the truth; lower is better. The
      second mean is over pairs of different samples, so that the expected score
      does not depend on the number of samples.

    Raises:
      ValueError: if there is only one sample, shapes do not match, or numbers
        are not finite.
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
            "samples must be [samples, outcomes, dimensions], with the last "
            f"two axes {truth.shape} as in truth, got shape {samples.shape}."
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
