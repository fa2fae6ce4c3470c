"""Structural similarity in three conventions, which differ by several points.

Source of the measure: Z. Wang et al., "Image quality assessment", IEEE TIP
13(4), 2004, with K1 = 0.01 and K2 = 0.03. Papers state a number without its
convention; between two of them the same frames can differ more than two models
do, so compare within one convention only.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from mipae_tf.metrics.frames.checks import checked_frames
from mipae_tf.metrics.frames.checks import unit_frames

GAUSSIAN11 = np.exp(-np.square(np.arange(-5, 6)) / (2 * 1.5**2))
UNIFORM7 = np.ones(7)
# Of 7 x 7 = 49 pixels: scikit-image corrects moments as those of a sample.
SAMPLE_CORRECTION = 49 / 48


def ssim_gaussian11(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as `tf.image.ssim` defines it.

    A Gaussian window of 11 x 11 pixels with σ = 1.5 that stays inside of the
    frame, intensities in [0, 1], moments without sample correction, the mean
    over positions and channels.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        11 x 11, uint8 (then divided by 255) or float in [0, 1].
      truth: frames of the same shape and kind.

    Returns:
      Float64 `[clips, time]`, in [-1, 1].

    Raises:
      ValueError: shapes that differ, uint8 mixed with float, other dtypes,
        floats outside [0, 1], or frames smaller than the window.
    """
    return _ssim(prediction, truth, GAUSSIAN11)


def ssim_uint8_7x7(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as MIPAE measures it.

    A uniform window of 7 x 7 pixels on bytes and a data range of 255; floats
    become bytes by truncation of 255 x. Covariances are those of a sample
    (49/48), positions nearer than 3 pixels to the border are left out, channels
    are averaged: the default of scikit-image's `structural_similarity` on
    uint8.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        7 x 7, uint8 or float in [0, 1].
      truth: frames of the same shape and kind.

    Returns:
      Float64 `[clips, time]`, in [-1, 1].

    Raises:
      ValueError: as for `ssim_gaussian11`.
    """
    prediction, truth = checked_frames(prediction, truth)
    if truth.dtype.kind == "f":
        prediction = (prediction * 255).astype(np.uint8)
        truth = (truth * 255).astype(np.uint8)
    return _ssim(prediction, truth, UNIFORM7, correction=SAMPLE_CORRECTION)


def ssim_float_range2(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as the code of SVG measures it.

    As `ssim_uint8_7x7`, but on floats in [0, 1] and with a data range of 2,
    which is what older scikit-image takes for floats where none is given. The
    constants are then four times as large, and the values higher.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        7 x 7, uint8 (then divided by 255) or float in [0, 1].
      truth: frames of the same shape and kind.

    Returns:
      Float64 `[clips, time]`, in [-1, 1].

    Raises:
      ValueError: as for `ssim_gaussian11`.
    """
    return _ssim(
        prediction,
        truth,
        UNIFORM7,
        data_range=2.0,
        correction=SAMPLE_CORRECTION,
    )


SSIM_CONVENTIONS: Mapping = MappingProxyType(
    {
        "ssim": ssim_gaussian11,
        "ssim_uint8_7x7": ssim_uint8_7x7,
        "ssim_float_range2": ssim_float_range2,
    }
)


def _ssim(
    prediction: np.ndarray,
    truth: np.ndarray,
    weights: np.ndarray,
    data_range: float = 1.0,
    correction: float = 1.0,
) -> np.ndarray:
    """SSIM `[clips, time]` of frames in [0, 1] under a separable window."""
    prediction, truth = checked_frames(prediction, truth)
    height, width = prediction.shape[2:4]
    window = len(weights)
    if min(height, width) < window:
        raise ValueError(
            f"SSIM with a {window} x {window} window needs frames of at least "
            f"{window} x {window} pixels, got {height} x {width}."
        )
    rows = _window_means(height, weights)
    columns = _window_means(width, weights).T
    constants = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    return np.stack(
        [
            _clip_ssim(
                unit_frames(p),
                unit_frames(t),
                rows,
                columns,
                constants,
                correction,
            )
            for p, t in zip(prediction, truth, strict=True)
        ]
    )  # [clips, time]


def _window_means(size: int, weights: np.ndarray) -> np.ndarray:
    """Matrix `[size - window + 1, size]` of weighted means inside the frame."""
    window = len(weights)
    offsets = np.arange(size) - np.arange(size - window + 1)[:, None]
    inside = (offsets >= 0) & (offsets < window)
    matrix = np.where(inside, weights[np.clip(offsets, 0, window - 1)], 0)
    return matrix / weights.sum()


def _clip_ssim(
    prediction: np.ndarray,
    truth: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
    constants: tuple[float, float],
    correction: float,
) -> np.ndarray:
    """SSIM `[time]` of one clip `[time, height, width, channels]`."""
    x, y = (np.moveaxis(f, -1, 1) for f in (prediction, truth))
    # [4, time, channels, height - window + 1, width - window + 1]
    mean_x, mean_y, products, squares = (
        rows @ np.stack([x, y, x * y, x * x + y * y]) @ columns
    )
    c1, c2 = constants
    product, square = mean_x * mean_y, mean_x**2 + mean_y**2
    covariance = correction * (products - product)
    variance = correction * (squares - square)
    luminance = (2 * product + c1) / (square + c1)
    contrast = (2 * covariance + c2) / (variance + c2)
    return (luminance * contrast).mean(axis=(1, 2, 3))
