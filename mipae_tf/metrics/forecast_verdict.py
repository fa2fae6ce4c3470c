"""Whether forecasts beat the last frame repeated, in one sentence."""

from collections.abc import Sequence

import numpy as np

# Differences in dB that are too small to be called better.
LEAST_GAIN = 0.05
# Models with poses have different flags.
DECODER_ADVICE = (
    "try more training steps, a larger --width or, for recorded video, "
    "--recipe=video where the model has it"
)
DYNAMICS_ADVICE = "try more training steps of the dynamics or a larger pose"


def forecast_verdict(
    forecast: Sequence[float],
    copy_last: Sequence[float],
    oracle: Sequence[float] | None = None,
    *,
    clips: int,
    split: str,
) -> str:
    """Says whether forecasts are worth having and, if not, what to try.

    A pose-based model draws the frames of the oracle if it predicts every pose
    correctly. If even these are no better than the last context frame, the
    decoder fails, otherwise the dynamics.

    Args:
        forecast: PSNR in dB of each predicted frame.
        copy_last: the same of the last context frame, repeated.
        oracle: the same of the true poses, decoded; None for a model without
            poses.
        clips: number of clips.
        split: name of their split.

    Returns:
        One sentence.
    """
    mean, copied = np.mean(forecast), np.mean(copy_last)
    on = f"on {clips} {split} clip{'' if clips == 1 else 's'}"
    if mean - copied >= LEAST_GAIN:
        return (
            f"Forecasts beat the last frame repeated by {mean - copied:.1f} dB "
            f"{on}{_exceptions(forecast, copy_last)}."
        )
    fact = (
        f"Forecasts do not beat the last frame repeated ({mean:.1f} dB against "
        f"{copied:.1f} dB {on})"
    )
    if oracle is None:
        return f"{fact}; try more training steps or a larger network."
    limit = np.mean(oracle)
    if limit - copied < LEAST_GAIN:
        return (
            f"{fact}: the decoder cannot draw these frames, as the true poses "
            f"give {limit:.1f} dB; {DECODER_ADVICE}."
        )
    return (
        f"{fact}: the dynamics predict wrong poses, as the true ones give "
        f"{limit:.1f} dB; {DYNAMICS_ADVICE}."
    )


def _exceptions(forecast: Sequence[float], copy_last: Sequence[float]) -> str:
    """The predicted frames, counted from 1, that are worse than a copy."""
    worse = np.less(forecast, copy_last)
    if not worse.any():
        return ""
    first, last = np.flatnonzero(worse)[[0, -1]] + 1
    if last - first + 1 > worse.sum():
        return f", but not in {worse.sum()} of {len(worse)} predicted frames"
    if last == len(worse) > first:
        return f", but not from predicted frame {first} on"
    if first == last:
        return f", but not in predicted frame {first}"
    return f", but not in predicted frames {first} to {last}"
