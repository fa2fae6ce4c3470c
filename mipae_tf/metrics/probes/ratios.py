"""What of a latent's knowledge its content and its pose keep, as ratios.

Source: Fushishita et al., hierarchical disentangled latents for video
prediction, Table 1: probes on all of z, on z_c and on z_p.
"""

import numpy as np

from mipae_tf.metrics.absent_metric import AbsentMetric


def accuracy_ratios(
    full: float,
    content: float,
    pose: float,
    chance: float,
    margin: float = 0.0,
) -> dict[str, float]:
    """Accuracies of probes on z_c and z_p, over that on all of z.

    Of a factor of content a good model keeps `content` near 1 and `pose` low.
    The lowest possible ratio is not 0 but `chance` / `full`, which is returned
    as `floor`.

    Args:
      full: accuracy on z, in [0, 1].
      content: accuracy on z_c, in [0, 1].
      pose: accuracy on z_p, in [0, 1].
      chance: accuracy without any code, as of `probe`, in [0, 1].
      margin: how far `full` must be above chance, at least 0: two standard
        errors, for example.

    Returns:
      `content`, `pose` and `floor`.

    Raises:
      AbsentMetric: `full` is not above chance, so that both ratios would be
        near 1 for a latent that knows nothing.
      ValueError: values outside of their range.
    """
    _check_range(1, full=full, content=content, pose=pose, chance=chance)
    _check_range(np.inf, margin=margin)
    if not full > chance + margin:
        raise AbsentMetric(
            f"The whole latent's accuracy {full:.4g} is not above chance, "
            f"{chance:.4g}{_stated(margin)}: ratios to it tell nothing."
        )
    return {
        "content": content / full,
        "pose": pose / full,
        "floor": chance / full,
    }


def error_ratios(
    full: float,
    content: float,
    pose: float,
    chance: float,
    margin: float = 0.0,
) -> dict[str, float]:
    """Errors of probes on z_c and z_p, over that on all of z.

    Of a factor of pose a good model has a high `content`, whose code does not
    know it, and a `pose` near 1. The largest sensible ratio is
    `chance` / `full`, which is returned as `ceiling`. With R² of probes on the
    same targets, 1 - R² are such errors and the chance is 1.

    Args:
      full: mean squared error on z, at least 0.
      content: mean squared error on z_c, at least 0.
      pose: mean squared error on z_p, at least 0.
      chance: mean squared error of the best constant, at least 0.
      margin: how far `full` must be below chance, at least 0.

    Returns:
      `content`, `pose` and `ceiling`.

    Raises:
      AbsentMetric: `full` is not below chance, or is zero.
      ValueError: negative values, NaN or infinity.
    """
    _check_range(
        np.inf,
        full=full,
        content=content,
        pose=pose,
        chance=chance,
        margin=margin,
    )
    if not full < chance - margin:
        raise AbsentMetric(
            f"The whole latent's error {full:.4g} is not below chance, "
            f"{chance:.4g}{_stated(margin)}: ratios to it tell nothing."
        )
    if full == 0:
        raise AbsentMetric(
            "The whole latent is read without any error: ratios to it are "
            "infinite."
        )
    return {
        "content": content / full,
        "pose": pose / full,
        "ceiling": chance / full,
    }


def _stated(margin: float) -> str:
    return f" with a margin of {margin:.4g}" if margin else ""


def _check_range(highest: float, **values: float) -> None:
    for name, value in values.items():
        if not (0 <= value <= highest and np.isfinite(value)):
            wanted = f"in [0, {highest}]" if highest < np.inf else "at least 0"
            raise ValueError(f"{name} must be {wanted}, got {value}.")
