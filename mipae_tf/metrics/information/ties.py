"""Ties: codes of which many samples are exactly equal.

Estimates from nearest neighbours presuppose a density, under which no two
samples coincide. Rounded, half-precision and saturated codes, labels taken as
codes, and images drawn twice break that: many neighbours are then at one
distance, and formulas that take the k-th of them for the only one there read
too little, down to nothing, or too much, beyond the entropy.
"""

import numpy as np

from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.information.distances import identical_rows

# Codes count as tied where more than this part of the samples have a copy.
# Fewer move an estimate by about 0.001 nats. By chance, 100,000 float32 codes
# of one dimension reach a quarter of it.
TIED = 0.01
# Width of the noise in units of the smallest step between two values of a
# dimension, and at least in units of its standard deviation.
STEP = 0.1
LEAST = 1e-10


def tied_share(codes: np.ndarray) -> float:
    """The part of the samples that equal another in all dimensions, 0 to 1.

    Args:
      codes: `[samples, dimensions]`.

    Raises:
      ValueError: codes that are not finite, or fewer than four samples.
    """
    copies = identical_rows(checked_codes("codes", codes))[2]
    return float(copies[copies > 1].sum() / copies.sum())


def separated(codes: np.ndarray, seed: int = 0) -> np.ndarray:
    """Breaks ties with noise, and leaves codes without ties as they are.

    Where more than 1 % of the samples have an exact copy, every dimension that
    varies gets uniform noise a tenth as wide as the smallest step between two
    of its values (at least 1e-10 standard deviations). Different values stay
    apart, so that the information in the code does not change, and neighbours
    are at different distances again. Kraskov et al. (Phys. Rev. E 69, 066138,
    2004) recommend such noise. The result is centred, because the noise would
    be lost beside a large offset.

    Args:
      codes: `[samples, dimensions]`.
      seed: of the noise. Two codes of which the information about each other
        is estimated need different ones.

    Returns:
      Float64 `[samples, dimensions]`.

    Raises:
      ValueError: codes that are not finite, or fewer than four samples.
    """
    codes = checked_codes("codes", codes)
    if tied_share(codes) <= TIED:
        return codes
    steps = np.diff(np.sort(codes, axis=0), axis=0)
    smallest = np.where(steps > 0, steps, np.inf).min(axis=0)  # [dimensions]
    varies = np.isfinite(smallest)
    centred = codes - codes.mean(axis=0)
    widths = np.maximum(STEP * smallest, LEAST * centred.std(axis=0))
    noise = np.random.default_rng(seed).uniform(-0.5, 0.5, codes.shape)
    return centred + np.where(varies, widths, 0) * noise
