"""The Fréchet distance of two sets of embeddings."""

import numpy as np

from mipae_tf.metrics.checks import checked_codes


def frechet_distance(first: np.ndarray, second: np.ndarray) -> float:
    """Squared 2-Wasserstein distance of the normal laws fitted to two sets.

    |μ1 - μ2|² + tr(C1 + C2 - 2 (C1 C2)^½), with covariances C of a sample, as
    in M. Heusel et al., "GANs trained by a two time-scale update rule", NeurIPS
    2017. The estimate is too large by an amount that falls with the number of
    samples, and for equal laws is not 0: compare at equal numbers alone.

    With C1 = A'A and C2 = B'B, the trace of (C1 C2)^½ is the sum of the
    singular values of A B'. No matrix root is taken, so that covariances of
    less than full rank, from fewer samples than dimensions, do no harm.

    Args:
      first: embeddings `[samples, dimensions]`.
      second: embeddings of equally many dimensions; the numbers of samples may
        differ.

    Returns:
      The distance, at least 0, in the square of the embeddings' unit.

    Raises:
      ValueError: values that are not finite, another rank, dimensions that
        differ, or fewer than four samples.
    """
    first = checked_codes("first", first)
    second = checked_codes("second", second)
    if first.shape[1] != second.shape[1]:
        raise ValueError(
            "first and second must have equally many dimensions, got "
            f"{first.shape[1]} and {second.shape[1]}."
        )
    means = first.mean(axis=0), second.mean(axis=0)
    factors = _factor(first - means[0]), _factor(second - means[1])
    shift = np.square(means[0] - means[1]).sum()
    spread = sum(np.square(factor).sum() for factor in factors)
    shared = np.linalg.svd(factors[0] @ factors[1].T, compute_uv=False).sum()
    return float(max(0.0, shift + spread - 2 * shared))  # rounding is below 0


def _factor(centred: np.ndarray) -> np.ndarray:
    """A small A with A'A the covariance, `[least of both, dimensions]`."""
    return np.linalg.qr(centred, mode="r") / np.sqrt(len(centred) - 1)
