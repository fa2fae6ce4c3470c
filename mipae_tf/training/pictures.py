"""Pictures that show how training goes, by the model's interface alone."""

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.models import VideoModel
from mipae_tf.models.context import FROM_FRAMES
from mipae_tf.models.context import context_of
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.side_by_side import side_by_side

# Clips and frames of a strip of generated clips.
GENERATED = (4, 10)


def can_forecast(model: VideoModel) -> bool:
    """Whether a model forecasts from what clips of frames hold."""
    return model.offers("forecast") and set(model.TAKES) <= set(FROM_FRAMES)


def code_strip(
    model: VideoModel, clips: Clips
) -> tuple[str, np.ndarray] | None:
    """The picture of a model that has not learnt to forecast, and its name.

    Clips decoded from their own latents, clips generated, or None where the
    model offers neither.
    """
    if model.offers("encode") and model.offers("decode"):
        return "decoded/strip", reconstruction_strip(model, clips)
    if model.offers("generate"):
        drawn = to_uint8(model.generate(*GENERATED)).numpy()
        return "generated/strip", strip(list(drawn))
    return None


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
    given = context_of(model.TAKES, video, context, horizon)
    ahead = model.forecast(given, horizon).numpy()
    shown = np.concatenate([video[:, :context], ahead], axis=1)
    pairs = zip(video[:4], shown[:4], strict=True)
    rows = [row for pair in pairs for row in pair]
    labels = ["truth", "forecast"] * (len(rows) // 2)
    return (
        strip(rows, labels, context=context),
        side_by_side([video, shown], ["truth", "forecast"], context),
    )
