"""Rescaled codes, on which estimates from distances are taken as well.

Distances, and with them the published MIG, change under an invertible
rescaling of the code that changes no information. Raw, standardised and
whitened codes side by side show how much of a score is scale.
"""

import numpy as np

from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.information.distances import power_of_two_scale

# A dimension is constant where its deviation is below this part of its largest
# magnitude: about what float32 can resolve.
CONSTANT = 1e-7
# Variances along principal axes are taken as at least this part of the largest.
VARIANCE_FLOOR = 1e-6


def standardised(codes: np.ndarray) -> np.ndarray:
    """Each dimension with mean 0 and variance 1.

    Constant dimensions, with a deviation of at most 1e-7 of their largest
    magnitude, are 0: dividing by rounding errors would make noise of them.

    Args:
      codes: `[samples, dimensions]`.

    Returns:
      Float64 `[samples, dimensions]`.

    Raises:
      ValueError: codes that are not finite, or fewer than four samples.
    """
    codes = _centred(codes)
    deviations = codes.std(axis=0)
    safe = np.where(deviations > 0, deviations, 1)
    return np.where(deviations > 0, codes / safe, 0.0)


def whitened(codes: np.ndarray) -> np.ndarray:
    """Uncorrelated dimensions of mean 0 and variance 1, by principal axes.

    Dimensions of the result are the principal axes, by falling variance.
    Variances below 1e-6 of the largest are replaced by that floor, so that
    such axes keep a variance below 1 instead of being blown up, and an axis
    along which nothing varies stays at 0.

    Args:
      codes: `[samples, dimensions]`.

    Returns:
      Float64 `[samples, dimensions]`.

    Raises:
      ValueError: codes that are not finite, or fewer than four samples.
    """
    codes = _centred(codes)
    variances, axes = np.linalg.eigh(codes.T @ codes / len(codes))
    variances, axes = variances[::-1], axes[:, ::-1]  # eigh's ascend
    if variances[0] <= 0:
        return np.zeros_like(codes)
    floored = np.maximum(variances, VARIANCE_FLOOR * variances[0])
    return codes @ axes / np.sqrt(floored)


def _centred(codes: np.ndarray) -> np.ndarray:
    """Codes around their mean, scaled to about 1, constant dimensions at 0."""
    codes = checked_codes("codes", codes)
    codes = codes * power_of_two_scale(codes)
    centred = codes - codes.mean(axis=0)
    constant = centred.std(axis=0) <= CONSTANT * np.abs(codes).max(axis=0)
    return np.where(constant, 0.0, centred)
