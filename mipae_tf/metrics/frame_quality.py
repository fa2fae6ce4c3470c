"""How close predicted frames are to the true ones."""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric

# Resampled values held at a time: 64 MB of float64.
RESAMPLED_VALUES = 2**23


def squared_errors(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean squared error of each frame, on intensities in [0, 1].

    Args:
      prediction: frames `[clips, time, height, width, channels]`, uint8 (then
        divided by 255) or float in [0, 1].
      truth: frames of the same shape and kind.

    Returns:
      Float64 `[clips, time]`.

    Raises:
      ValueError: shapes that differ, uint8 mixed with float, other dtypes, or
        floats outside [0, 1].
    """
    prediction, truth = _checked_frames(prediction, truth)
    return np.stack(
        [
            np.square(_unit(p) - _unit(t)).mean(axis=(1, 2, 3))
            for p, t in zip(prediction, truth, strict=True)
        ]
    )  # [clips, time]


def pooled_psnr(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peak signal-to-noise ratio in dB, errors pooled over the clips.

    At each step it is -10 log10 of the squared error's mean over clips: a clip
    predicted without error, whose own PSNR is infinite, then counts like any
    other.

    Args:
      errors: mean squared errors `[..., clips, time]`, as from
        `squared_errors`. Leading axes are independent resamplings.

    Returns:
      PSNR of each step `[..., time]`, and its mean over the steps `[...]`.

    Raises:
      AbsentMetric: no error in any clip at some step.
    """
    pooled = np.mean(errors, axis=-2)  # [..., time]
    if not (pooled > 0).all():
        step = np.argwhere(~(pooled > 0))[0, -1]
        raise AbsentMetric(
            f"Step {step} (from 0) is predicted without any error: its PSNR is "
            "infinite."
        )
    per_step = -10 * np.log10(pooled)
    return per_step, per_step.mean(axis=-1)


def ssim_gaussian11(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Structural similarity of each frame, as `tf.image.ssim` defines it.

    A Gaussian window of 11 x 11 pixels with σ = 1.5 that stays inside of the
    frame, K1 = 0.01, K2 = 0.03, intensities in [0, 1], moments without sample
    correction, the mean over positions and channels. Source: Z. Wang et al.,
    "Image quality assessment", IEEE TIP 13(4), 2004.

    Args:
      prediction: frames `[clips, time, height, width, channels]`, at least
        11 x 11, uint8 (then divided by 255) or float in [0, 1].
      truth: frames of the same shape and kind.

    Returns:
      Float64 `[clips, time]`.

    Raises:
      ValueError: as for `squared_errors`, or frames smaller than 11 x 11.
    """
    prediction, truth = _checked_frames(prediction, truth)
    height, width = prediction.shape[2:4]
    if min(height, width) < 11:
        raise ValueError(
            "SSIM with an 11 x 11 window needs frames of at least 11 x 11 "
            f"pixels, got {height} x {width}."
        )
    rows, columns = _gaussian11(height), _gaussian11(width).T
    return np.stack(
        [
            _clip_ssim(_unit(p), _unit(t), rows, columns)
            for p, t in zip(prediction, truth, strict=True)
        ]
    )  # [clips, time]


def bootstrap_interval(
    statistic: Callable[[np.ndarray], np.ndarray],
    per_clip: np.ndarray,
    seed: int,
    draws: int = 1000,
) -> tuple[float, float]:
    """Percentile interval of 95 % from resampling the clips.

    Args:
      statistic: maps values `[resamplings, clips, ...]` to `[resamplings]`,
        for example `lambda errors: pooled_psnr(errors)[1]`.
      per_clip: values `[clips, ...]`.
      seed: of the resampling.
      draws: number of resamplings.

    Returns:
      The 2.5 % and the 97.5 % quantile of the statistic.

    Raises:
      AbsentMetric: a single clip, or a statistic that raises it.
      ValueError: no clip.
    """
    clips = len(per_clip)
    if clips < 1:
        raise ValueError("per_clip must hold at least one clip, got none.")
    if clips < 2:
        raise AbsentMetric("One clip alone has no interval over clips.")
    generator = np.random.default_rng(seed)
    chosen = generator.integers(clips, size=(draws, clips))
    step = max(1, RESAMPLED_VALUES // per_clip.size)
    values = [
        statistic(per_clip[chosen[start : start + step]])
        for start in range(0, draws, step)
    ]
    low, high = np.quantile(np.concatenate(values), [0.025, 0.975])
    return float(low), float(high)


def _checked_frames(
    prediction: np.ndarray, truth: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    prediction, truth = np.asarray(prediction), np.asarray(truth)
    if prediction.shape != truth.shape or prediction.ndim != 5:
        raise ValueError(
            "prediction and truth must both be frames [clips, time, height, "
            f"width, channels], got shapes {prediction.shape} and "
            f"{truth.shape}."
        )
    if 0 in prediction.shape:
        raise ValueError(
            "prediction and truth must not be empty, got shape "
            f"{prediction.shape}."
        )
    kinds = {
        "uint8" if frames.dtype == np.uint8 else frames.dtype.kind
        for frames in (prediction, truth)
    }
    if len(kinds) > 1 or not kinds <= {"uint8", "f"}:
        raise ValueError(
            "prediction and truth must both be uint8, or both float in "
            f"[0, 1], got {prediction.dtype} and {truth.dtype}."
        )
    if kinds == {"uint8"}:
        return prediction, truth
    for name, frames in (("prediction", prediction), ("truth", truth)):
        low, high = frames.min(), frames.max()
        if not (low >= 0 and high <= 1):  # NaN fails both comparisons
            raise ValueError(
                f"Float frames must be within [0, 1], got a {name} from {low} "
                f"to {high}."
            )
    return prediction, truth


def _unit(frames: np.ndarray) -> np.ndarray:
    """Frames as float64 in [0, 1]."""
    scale = 255 if frames.dtype == np.uint8 else 1
    return frames.astype(np.float64) / scale


def _gaussian11(size: int) -> np.ndarray:
    """Matrix `[size - 10, size]` that averages 11 neighbours at a time."""
    weights = np.exp(-np.square(np.arange(-5, 6)) / (2 * 1.5**2))
    offsets = np.arange(size) - np.arange(size - 10)[:, None]
    inside = (offsets >= 0) & (offsets < 11)
    matrix = np.where(inside, weights[np.clip(offsets, 0, 10)], 0)
    return matrix / weights.sum()


def _clip_ssim(
    prediction: np.ndarray,
    truth: np.ndarray,
    rows: np.ndarray,
    columns: np.ndarray,
) -> np.ndarray:
    """SSIM `[time]` of one clip `[time, height, width, channels]`."""
    x, y = (np.moveaxis(f, -1, 1) for f in (prediction, truth))
    # [4, time, channels, height - 10, width - 10]
    mean_x, mean_y, products, squares = (
        rows @ np.stack([x, y, x * y, x * x + y * y]) @ columns
    )
    c1, c2 = 0.01**2, 0.03**2
    product, square = mean_x * mean_y, mean_x**2 + mean_y**2
    luminance = (2 * product + c1) / (square + c1)
    contrast = (2 * (products - product) + c2) / (squares - square + c2)
    return (luminance * contrast).mean(axis=(1, 2, 3))
