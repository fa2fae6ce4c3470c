"""The Fréchet distance between two sets of embeddings."""

import numpy as np

from mipae_tf.metrics.checks import checked_codes


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Squared 2-Wasserstein distance between Gaussians fitted to two sets.

    |μ1 - μ2|² + tr(C1 + C2 - 2 (C1 C2)^½), with sample covariances C, as in
    M. Heusel et al., "GANs trained by a two time-scale update rule", NeurIPS
    2017. The estimate is biased upwards, by an amount that decreases with the
    number of samples, and is not 0 for equal distributions. Compare values only
    at equal numbers of samples.

    With C1 = A'A and C2 = B'B, the trace of (C1 C2)^½ is the sum of the
    singular values of A B'. No matrix square root is needed, so that
    rank-deficient covariances, from fewer samples than dimensions, are allowed.

    Args:
      first: embeddings `[samples, dimensions]`.
      second: embeddings with the same number of dimensions; the number of
        samples may differ.

    Returns:
      The distance, at least 0, in squared units of the embeddings.

    Raises:
      ValueError: if values are not finite, the rank is wrong, dimensions
        differ, or there are fewer than four samples.
    """
    first = checked_codes("first", first)
    second = checked_codes("second", second)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            "first and second must have the same number of dimensions, got "
            f"{first.shape[1]} and {second.shape[1]}."
        )
    means = first.mean(axis=0), second.mean(axis=0)
    factors = _factor(first - means[0]), _factor(second - means[1])
    shift = np.square(means[0] - means[1]).sum()
    spread = sum(np.square(factor).sum() for factor in factors)
    shared = np.linalg.svd(factors[0] @ factors[1].T, compute_uv=False).sum()
    return float(max(0.0, shift + spread - 2 * shared))  # rounding errors


def _factor(centred: np.ndarray) -> np.ndarray:
    """A with A'A the covariance, `[min(samples, dimensions), dimensions]`."""
    return np.linalg.qr(centred, mode="r") / np.sqrt(len(centred) - 1)
