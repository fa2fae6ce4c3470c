"""Forecasts beside the truth, as a strip and as an animation."""

import numpy as np

from mipae_tf.visual.layouts import strip
from mipae_tf.visual.side_by_side import side_by_side

# Clips of the animation; the strip has half of them.
DRAWN_CLIPS = 8


def draw_forecasts(
    truth: np.ndarray, forecast: np.ndarray, context: int
) -> tuple[np.ndarray, np.ndarray]:
    """Draws the first clips and their forecasts.

    Args:
        truth: uint8 `[clips, context + horizon, height, width, channel]`.
        forecast: uint8 `[clips, horizon, height, width, channel]`.
        context: Frames that the model was given.

    Returns:
        The strip, uint8 `[height, width, 3]`, and the animation, uint8
        `[context + horizon, height, width, 3]`.
    """
    truth = truth[:DRAWN_CLIPS]
    shown = np.concatenate(
        [truth[:, :context], forecast[:DRAWN_CLIPS]], axis=1
    )  # [clips, context + horizon, height, width, channel]
    pairs = list(zip(truth, shown, strict=True))[: DRAWN_CLIPS // 2]
    rows = [row for pair in pairs for row in pair]
    labels = ["truth", "forecast"]
    return (
        strip(rows, labels * len(pairs), context=context),
        side_by_side([truth, shown], labels, context),
    )
