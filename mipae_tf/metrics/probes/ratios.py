"""Ratios of probe scores on content and pose to those on the whole latent.

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
    """Accuracies of probes on z_c and z_p, divided by that on all of z.

    For a content factor, a good model has `content` near 1 and a low `pose`.
    The lowest possible ratio is not 0 but `chance` / `full`, which is returned
    as `floor`.

    Args:
      full: accuracy on z, in [0, 1].
      content: accuracy on z_c, in [0, 1].
      pose: accuracy on z_p, in [0, 1].
      chance: accuracy without a code, as returned by `probe`, in [0, 1].
      margin: how far `full` must be above chance, at least 0; for example two
        standard errors.

    Returns:
      `content`, `pose` and `floor`.

    Raises:
      AbsentMetric: if `full` is not above chance, because both ratios would
        then be near 1 for a latent without information.
      ValueError: if a value is outside its range.
    """
    _check_range(1, full=full, content=content, pose=pose, chance=chance)
    _check_range(np.inf, margin=margin)
    if not full > chance + margin:
        raise AbsentMetric(
            f"The accuracy on the whole latent, {full:.4g}, is not above "
            f"chance, {chance:.4g}{_stated(margin)}, so its ratios are "
            "meaningless."
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
    """Errors of probes on z_c and z_p, divided by that on all of z.

    For a pose factor, a good model has a high `content`, because z_c does not
    encode it, and `pose` near 1. The largest sensible ratio is `chance` /
    `full`, which is returned as `ceiling`. For R² of probes on the same
    targets, use 1 - R² as the errors and 1 as chance.

    Args:
      full: mean squared error on z, at least 0.
      content: mean squared error on z_c, at least 0.
      pose: mean squared error on z_p, at least 0.
      chance: mean squared error of the best constant, at least 0.
      margin: how far `full` must be below chance, at least 0.

    Returns:
      `content`, `pose` and `ceiling`.

    Raises:
      AbsentMetric: if `full` is not below chance, or is zero.
      ValueError: if a value is negative, NaN or infinite.
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
            f"The error on the whole latent, {full:.4g}, is not below chance, "
            f"{chance:.4g}{_stated(margin)}, so its ratios are meaningless."
        )
    if full == 0:
        raise AbsentMetric(
            "The error on the whole latent is zero, so its ratios are infinite."
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
