"""Pictures that show how training goes, by the model's interface alone."""

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.models import VideoModel
from mipae_tf.models.base import to_uint8
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.side_by_side import side_by_side


def reconstruct(model: VideoModel, video: np.ndarray) -> np.ndarray:
    """Clips drawn from their own latents.

    Args:
        model: encodes and decodes.
        video: uint8 `[clips, time, height, width, channel]`.

    Returns:
        uint8 of the same shape.
    """
    latents = model.encode(tf.constant(video))
    drawn = model.decode(latents, reference=tf.constant(video[:, -1]))
    return to_uint8(drawn).numpy()


def reconstruction_strip(model: VideoModel, clips: Clips) -> np.ndarray:
    """Some clips above what the model draws of their latents."""
    video = clips.video[:4]
    drawn = reconstruct(model, video)
    pairs = zip(video, drawn, strict=True)
    rows = [row for pair in pairs for row in pair]
    return strip(rows, ["truth", "decoded"] * len(video))


def forecast_pictures(
    model: VideoModel, clips: Clips, context: int
) -> tuple[np.ndarray, np.ndarray]:
    """A strip and an animation of forecasts beside the truth.

    Args:
        model: forecasts.
        clips: longer than the context.
        context: frames that the model is given.

    Returns:
        uint8 `[height, width, 3]` and `[time, height, width, 3]`.
    """
    video = clips.video[:8]
    horizon = clips.length - context
    ahead = model.forecast(video[:, :context], horizon).numpy()
    shown = np.concatenate([video[:, :context], ahead], axis=1)
    pairs = zip(video[:4], shown[:4], strict=True)
    rows = [row for pair in pairs for row in pair]
    labels = ["truth", "forecast"] * (len(rows) // 2)
    return (
        strip(rows, labels, context=context),
        side_by_side([video, shown], ["truth", "forecast"], context),
    )
