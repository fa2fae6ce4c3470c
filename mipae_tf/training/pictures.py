"""Pictures for TensorBoard during training; `visual.forecasts` draws them."""

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

# Size of the pictures of decoded and of generated clips.
DECODED_CLIPS = 4
GENERATED_CLIPS, GENERATED_FRAMES = 4, 10


def can_forecast(model: VideoModel) -> bool:
    """Whether a model can forecast from clips without further inputs."""
    return model.offers("forecast") and set(model.TAKES) <= set(FRAME_FIELDS)


def code_strip(
    model: VideoModel, clips: Clips
) -> tuple[str, np.ndarray] | None:
    """A picture of reconstructed or generated clips, and its name.

    For stages without forecasts. None if the model offers neither.
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
    """Encodes and decodes clips.

    Args:
        model: a model that can encode and decode.
        video: uint8 `[clips, time, height, width, channel]`.

    Returns:
        uint8 of the same shape.
    """
    latents = model.encode(tf.constant(video))
    drawn = model.decode(latents, reference=tf.constant(video[:, -1]))
    return to_uint8(drawn).numpy()


def reconstruction_strip(model: VideoModel, clips: Clips) -> np.ndarray:
    """A picture of some clips, each above its reconstruction."""
    video = clips.video[:DECODED_CLIPS]
    drawn = reconstruct(model, video)
    pairs = zip(video, drawn, strict=True)
    rows = [row for pair in pairs for row in pair]
    return strip(rows, ["truth", "decoded"] * len(video))


def forecast_pictures(
    model: VideoModel, clips: Clips, context: int
) -> tuple[np.ndarray, np.ndarray]:
    """A picture and an animation of forecasts beside the true frames.

    Args:
        model: a model that can forecast.
        clips: clips that are longer than the context.
        context: number of context frames.

    Returns:
        uint8 `[height, width, 3]` and `[time, height, width, 3]`.
    """
    video = clips.video[:DRAWN_CLIPS]
    horizon = clips.length - context
    given = context_from_clips(model.TAKES, video, context, horizon)
    forecast = model.forecast(given, horizon).numpy()
    return draw_forecasts(video, forecast, context)
