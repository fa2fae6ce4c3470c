"""Rescaled codes: for tools that need them so, and to see what scale does.

Predictors get standardised codes, in float64, before any of them goes over to
float32.

Distances, and with them the published MIG, change under an invertible
rescaling of the code that changes no information. Raw, standardised and
whitened codes side by side show how much of a score is scale.
"""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.information.distances import power_of_two_scale

# A dimension is constant where its deviation is at most this part of its
# largest magnitude, by the bytes of the float type in which it is given: about
# what that type resolves, and in float64 what rounding errors add up to.
CONSTANT = {2: 1e-3, 4: 1e-7, 8: 1e-10}
# Variances along principal axes are taken as at least this part of the largest.
VARIANCE_FLOOR = 1e-6


def standardised(codes: np.ndarray) -> np.ndarray:
    """Each dimension with mean 0 and variance 1, computed in float64.

    Tools that work in float32 need it: the trees of scikit-learn take values
    within 1e-7 for equal. Constant dimensions are 0, as dividing by rounding
    errors would make noise of them; they are those with a deviation of at most
    1e-10 of their largest magnitude in float64 or integers, 1e-7 in float32,
    1e-3 in half precision. Digits that float32 lost beside a large offset
    before the codes were given do not come back.

    Args:
      codes: `[samples, dimensions]`.

    Returns:
      Float64 `[samples, dimensions]`.

    Raises:
      ValueError: codes that are not finite, or fewer than four samples.
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
    """What standardises codes by the means and deviations of the given ones.

    For predictors, which are trained on some samples and used on others. Only
    dimensions that are constant to float64 become 0, whatever the codes were
    given in, so that no level that is left beside a large offset is hidden.

    Args:
      codes: to take means and deviations from, `[samples, dimensions]`.

    Returns:
      A function from codes `[any samples, dimensions]` to float64 ones.

    Raises:
      ValueError: codes that are not finite, or fewer than four samples.
    """
    codes = checked_codes("codes", codes)
    scales = _scales(codes)
    codes = codes * scales
    means, deviations = codes.mean(axis=0), codes.std(axis=0)
    varies = deviations > CONSTANT[8] * np.abs(codes).max(axis=0)
    deviations = np.where(varies, deviations, 1)

    def standardise(others: np.ndarray) -> np.ndarray:
        return np.where(varies, (others * scales - means) / deviations, 0.0)

    return standardise


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
    codes = _centred(checked_codes("codes", codes), _constant_part(codes))
    variances, axes = np.linalg.eigh(codes.T @ codes / len(codes))
    variances, axes = variances[::-1], axes[:, ::-1]  # eigh's ascend
    if variances[0] <= 0:
        return np.zeros_like(codes)
    floored = np.maximum(variances, VARIANCE_FLOOR * variances[0])
    return codes @ axes / np.sqrt(floored)


def _scales(codes: np.ndarray) -> np.ndarray:
    """Powers of two `[dimensions]` that bring each dimension to about 1.

    One by one, lest a dimension vanish beside another of a larger scale.
    """
    return np.array([power_of_two_scale(column[:, None]) for column in codes.T])


def _constant_part(codes: np.ndarray) -> float:
    """The part of `CONSTANT` for codes as they were given."""
    dtype = np.asarray(codes).dtype
    return CONSTANT[8 if dtype.kind in "iu" else min(8, dtype.itemsize)]


def _centred(codes: np.ndarray, part: float) -> np.ndarray:
    """Codes around their mean, scaled to about 1, constant dimensions at 0."""
    codes = codes * power_of_two_scale(codes)
    centred = codes - codes.mean(axis=0)
    constant = centred.std(axis=0) <= part * np.abs(codes).max(axis=0)
    return np.where(constant, 0.0, centred)
