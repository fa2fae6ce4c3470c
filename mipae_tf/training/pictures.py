"""Pictures of the progress of training, for TensorBoard."""

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.models import VideoModel
from mipae_tf.models.context import FRAME_FIELDS
from mipae_tf.models.context import context_from_clips
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.visual.forecasts import DRAWN_CLIPS
from mipae_tf.visual.forecasts import draw_forecasts
from mipae_tf.visual.layouts import strip

# Clips of a strip of decoded clips; clips and frames of one of generated clips.
DECODED_CLIPS = 4
GENERATED_CLIPS, GENERATED_FRAMES = 4, 10


def can_forecast(model: VideoModel) -> bool:
    """Whether a model can forecast from clips of frames alone."""
    return model.offers("forecast") and set(model.TAKES) <= set(FRAME_FIELDS)


def code_strip(
    model: VideoModel, clips: Clips
) -> tuple[str, np.ndarray] | None:
    """The picture of a stage that does not train forecasts, and its name.

    Clips decoded from their own latents, or generated clips; None where the
    model offers neither.
    """
    if model.offers("encode") and model.offers("decode"):
        return "decoded/strip", reconstruction_strip(model, clips)
    if model.offers("generate"):
        drawn = to_uint8(
            model.generate(GENERATED_CLIPS, GENERATED_FRAMES)
        ).numpy()
        return "generated/strip", strip(list(drawn))
    return None


def reconstruct(model: VideoModel, video: np.ndarray) -> np.ndarray:
    """Clips decoded from their own latents.

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
    """Some clips, each above what the model decodes from its latents."""
    video = clips.video[:DECODED_CLIPS]
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
    video = clips.video[:DRAWN_CLIPS]
    horizon = clips.length - context
    given = context_from_clips(model.TAKES, video, context, horizon)
    forecast = model.forecast(given, horizon).numpy()
    return draw_forecasts(video, forecast, context)
