"""Pixel-wise errors of predicted frames, and PSNR."""

from collections.abc import Callable

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.checks import checked_frames
from mipae_tf.metrics.frames.checks import unit_frames

# Predictions are clipped to this distance from 0 and 1, as by DDPAE.
LEAST_PROBABILITY = 1e-4


def squared_errors(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean squared error of each frame, on intensities in [0, 1].

    Args:
      prediction: frames `[clips, time, height, width, channels]`, uint8
        (divided by 255) or float in [0, 1].
      truth: frames of the same shape, also uint8 or also float.

    Returns:
      Float64 `[clips, time]`, in [0, 1].

    Raises:
      ValueError: if shapes differ, uint8 is mixed with float, the dtype is
        another one, or floats are outside [0, 1].
    """
    return _mean_per_frame(_squared, prediction, truth)


def absolute_errors(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean absolute error of each frame, on intensities in [0, 1].

    Args:
      prediction: frames, as in `squared_errors`.
      truth: frames of the same shape, also uint8 or also float.

    Returns:
      Float64 `[clips, time]`, in [0, 1].

    Raises:
      ValueError: as in `squared_errors`.
    """
    return _mean_per_frame(_absolute, prediction, truth)


def cross_entropies(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Mean binary cross-entropy of each frame in nats, pixels as probabilities.

    Papers on Moving MNIST state the sum over the pixels of a frame.

    Args:
      prediction: frames, as in `squared_errors`.
      truth: frames of the same shape, also uint8 or also float.

    Returns:
      Float64 `[clips, time]`. Its minimum is the entropy of the true pixels,
      not 0.

    Raises:
      ValueError: as in `squared_errors`.
    """
    return _mean_per_frame(_cross_entropy, prediction, truth)


def pooled_psnr(errors: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Peak signal-to-noise ratio in dB, with errors pooled over the clips.

    At each step it is -10 log10 of the mean squared error over clips. A clip
    that is predicted without error, whose own PSNR is infinite, can therefore
    be included.

    Args:
      errors: mean squared errors `[..., clips, time]` from `squared_errors`.
        Leading axes are independent resamplings.

    Returns:
      PSNR of each step `[..., time]`, and its mean over the steps `[...]`.

    Raises:
      AbsentMetric: if all clips have zero error at some step.
    """
    pooled = np.mean(errors, axis=-2)  # [..., time]
    if not (pooled > 0).all():
        step = np.argwhere(~(pooled > 0))[0, -1]
        raise AbsentMetric(
            f"Step {step} (counted from 0) is predicted without error, so its "
            "PSNR is infinite."
        )
    per_step = -10 * np.log10(pooled)
    return per_step, per_step.mean(axis=-1)


def _mean_per_frame(
    error: Callable[[np.ndarray, np.ndarray], np.ndarray],
    prediction: np.ndarray,
    truth: np.ndarray,
) -> np.ndarray:
    prediction, truth = checked_frames(prediction, truth)
    return np.stack(
        [
            error(unit_frames(p), unit_frames(t)).mean(axis=(1, 2, 3))
            for p, t in zip(prediction, truth, strict=True)
        ]
    )  # [clips, time]


def _squared(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.square(prediction - truth)


def _absolute(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    return np.abs(prediction - truth)


def _cross_entropy(prediction: np.ndarray, truth: np.ndarray) -> np.ndarray:
    likely = np.clip(prediction, LEAST_PROBABILITY, 1.0 - LEAST_PROBABILITY)
    return -truth * np.log(likely) - (1.0 - truth) * np.log1p(-likely)
