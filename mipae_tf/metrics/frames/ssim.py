"""Structural similarity (SSIM) in three conventions.

Source: Z. Wang et al., "Image quality assessment", IEEE TIP 13(4), 2004, with
K1 = 0.01 and K2 = 0.03. Papers report SSIM without the convention. For the same
frames, two conventions can differ by several points, which is more than the
difference between two models. Compare values of the same convention only.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from mipae_tf.metrics.frames.checks import checked_frames
from mipae_tf.metrics.frames.checks import unit_frames

GAUSSIAN11 = np.exp(-np.square(np.arange(-5, 6)) / (2 * 1.5**2))
UNIFORM7 = np.ones(7)
# scikit-image uses sample covariances, here of 7 x 7 = 49 pixels.
SAMPLE_CORRECTION = 49 / 48


def ssim_gaussian11(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as defined by `tf.image.ssim`.

    A Gaussian window of 11 x 11 pixels with σ = 1.5, at positions inside the
    frame; intensities in [0, 1]; moments without sample correction; mean over
    positions and channels.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        11 x 11, uint8 (divided by 255) or float in [0, 1].
      truth: frames of the same shape, also uint8 or also float.

    Returns:
      Float64 `[clips, time]`, in [-1, 1].

    Raises:
      ValueError: if shapes differ, uint8 is mixed with float, the dtype is
        another one, floats are outside [0, 1], or frames are smaller than the
        window.
    """
    return _ssim(prediction, truth, GAUSSIAN11)


def ssim_uint8_7x7(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as measured in MIPAE.

    A uniform window of 7 x 7 pixels on uint8 with a data range of 255; floats
    are converted to uint8 by truncation of 255 x. Covariances have the sample
    correction (49/48), positions closer than 3 pixels to the border are
    excluded, and channels are averaged. This is the default of scikit-image's
    `structural_similarity` on uint8.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        7 x 7, uint8 or float in [0, 1].
      truth: frames of the same shape, also uint8 or also float.

    Returns:
      Float64 `[clips, time]`, in [-1, 1].

    Raises:
      ValueError: as in `ssim_gaussian11`.
    """
    prediction, truth = checked_frames(prediction, truth)
    if truth.dtype.kind == "f":
        prediction = (prediction * 255).astype(np.uint8)
        truth = (truth * 255).astype(np.uint8)
    return _ssim(prediction, truth, UNIFORM7, correction=SAMPLE_CORRECTION)


def ssim_float_range2(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as measured by the SVG code.

    Like `ssim_uint8_7x7`, but on floats in [0, 1] with a data range of 2, the
    default of older scikit-image for floats. The constants are four times as
    large, so that the values are higher.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        7 x 7, uint8 (divided by 255) or float in [0, 1].
      truth: frames of the same shape, also uint8 or also float.

    Returns:
      Float64 `[clips, time]`, in [-1, 1].

    Raises:
      ValueError: as in `ssim_gaussian11`.
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
    """SSIM `[clips, time]` of frames in [0, 1] with a separable window."""
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
    """Matrix `[size - window + 1, size]` that averages over the window."""
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
