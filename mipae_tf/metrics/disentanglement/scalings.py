"""Rescaled codes: for predictors, and to measure the effect of scale.

Predictors get codes that are standardised in float64, before they convert them
to float32.

An invertible rescaling of a code does not change its information, but it
changes distances, and with them the published MIG. Scores of raw, standardised
and whitened codes show how much of a score depends on the scale.
"""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.information.distances import power_of_two_scale

# A dimension is constant if its standard deviation is at most this share of its
# largest magnitude, by bytes of the given float type. The values are about the
# resolution of the type, and in float64 the accumulated rounding error.
CONSTANT_TOLERANCE = {2: 1e-3, 4: 1e-7, 8: 1e-10}
# Minimum variance along a principal axis, relative to the largest.
VARIANCE_FLOOR = 1e-6


def standardised(codes: np.ndarray) -> np.ndarray:
    """Each dimension with mean 0 and variance 1, computed in float64.

    Predictors that work in float32 need this: scikit-learn's trees treat values
    within 1e-7 as equal. Constant dimensions become 0, because division by
    rounding errors would turn them into noise. A dimension is constant if its
    standard deviation is at most 1e-10 of its largest magnitude for float64 or
    integers, 1e-7 for float32, and 1e-3 for half precision. Digits that float32
    codes already lost because of a large offset cannot be recovered.

    Args:
      codes: `[samples, dimensions]`.

    Returns:
      Float64 `[samples, dimensions]`.

    Raises:
      ValueError: if codes are not finite, or there are fewer than four samples.
    """
    part = _constant_part(codes)
    codes = checked_codes("codes", codes)
    codes = _centred(codes * _scales(codes), part)
    deviations = codes.std(axis=0)
    safe = np.where(deviations > 0, deviations, 1)
    return np.where(deviations > 0, codes / safe, 0.0)


def standardisation(
    codes: np.ndarray,
) -> Callable[[np.ndarray], np.ndarray]:
    """Returns a function that standardises codes with the given codes' moments.

    For predictors that are trained on some samples and applied to others. Only
    dimensions that are constant in float64 become 0, whatever the dtype of the
    codes, so that small differences beside a large offset are kept.

    Args:
      codes: codes that define mean and standard deviation,
        `[samples, dimensions]`.

    Returns:
      A function from codes `[any samples, dimensions]` to float64 codes.

    Raises:
      ValueError: if codes are not finite, or there are fewer than four samples.
    """
    codes = checked_codes("codes", codes)
    scales = _scales(codes)
    codes = codes * scales
    means, deviations = codes.mean(axis=0), codes.std(axis=0)
    varies = deviations > CONSTANT_TOLERANCE[8] * np.abs(codes).max(axis=0)
    deviations = np.where(varies, deviations, 1)

    def standardise(others: np.ndarray) -> np.ndarray:
        return np.where(varies, (others * scales - means) / deviations, 0.0)

    return standardise


def whitened(codes: np.ndarray) -> np.ndarray:
    """Uncorrelated dimensions with mean 0 and variance 1 (PCA whitening).

    The dimensions of the result are the principal axes in order of decreasing
    variance. Variances below 1e-6 of the largest are replaced by that minimum,
    so that such axes keep a variance below 1 and their noise is not amplified.
    An axis without variance stays at 0.

    Args:
      codes: `[samples, dimensions]`.

    Returns:
      Float64 `[samples, dimensions]`.

    Raises:
      ValueError: if codes are not finite, or there are fewer than four samples.
    """
    codes = _centred(checked_codes("codes", codes), _constant_part(codes))
    variances, axes = np.linalg.eigh(codes.T @ codes / len(codes))
    variances, axes = variances[::-1], axes[:, ::-1]  # eigh returns ascending
    if variances[0] <= 0:
        return np.zeros_like(codes)
    floored = np.maximum(variances, VARIANCE_FLOOR * variances[0])
    return codes @ axes / np.sqrt(floored)


def _scales(codes: np.ndarray) -> np.ndarray:
    """Powers of two `[dimensions]` that scale each dimension to about 1.

    Each dimension has its own, so that none vanishes beside a larger one.
    """
    return np.array([power_of_two_scale(column[:, None]) for column in codes.T])


def _constant_part(codes: np.ndarray) -> float:
    """The `CONSTANT_TOLERANCE` for the dtype of the given codes."""
    dtype = np.asarray(codes).dtype
    return CONSTANT_TOLERANCE[
        8 if dtype.kind in "iu" else min(8, dtype.itemsize)
    ]


def _centred(codes: np.ndarray, part: float) -> np.ndarray:
    """Centred codes, scaled to about 1, with constant dimensions at 0."""
    codes = codes * power_of_two_scale(codes)
    centred = codes - codes.mean(axis=0)
    constant = centred.std(axis=0) <= part * np.abs(codes).max(axis=0)
    return np.where(constant, 0.0, centred)
