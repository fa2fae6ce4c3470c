"""How well a model forecasts validation clips, beside a copied frame."""

import functools
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.data.sources import some_clips
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.forecast_verdict import forecast_verdict
from mipae_tf.metrics.frames.frame_quality import pooled_psnr
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.models import VideoModel
from mipae_tf.models.context import context_from_clips
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.models.true_poses import decode_true_poses
from mipae_tf.visual.forecasts import DRAWN_CLIPS

# Few enough to cost little at each validation.
MAX_CLIPS = 32
# Clips per call: as many as are drawn, so that no other shape is compiled.
CHUNK = DRAWN_CLIPS


class ForecastPsnr(NamedTuple):
    """PSNR in dB of each predicted frame.

    Attributes:
        forecast: of forecasts.
        copy_last: of the last context frame, repeated.
    """

    forecast: list[float]
    copy_last: list[float]

    def means(self) -> dict[str, float]:
        """`forecast_psnr` and `copy_last_psnr`, the means over frames."""
        return {
            "forecast_psnr": float(np.mean(self.forecast)),
            "copy_last_psnr": float(np.mean(self.copy_last)),
        }


class ForecastCheck:
    """PSNR of forecasts of fixed validation clips.

    The context and the horizon are those of training. A stochastic model draws
    one future for each clip, always with the same seed.

    Args:
        model: a model that can forecast from clips, see `can_forecast`.
        validation: validation clips; at most `MAX_CLIPS` of them are used, a
            multiple of `CHUNK` if there are more than that, spread over their
            sources.
    """

    def __init__(self, model: VideoModel, validation: Clips) -> None:
        self._model = model
        self._context = model.config.context
        self._horizon = model.config.train_horizon
        count = min(len(validation), MAX_CLIPS)
        if count > CHUNK:
            count -= count % CHUNK
        video = some_clips(validation, count).video
        self._video = video[:, : self._context + self._horizon]

    def measure(self) -> ForecastPsnr | None:
        """Forecasts the clips; None if a PSNR is infinite."""
        if self._copied is None:
            return None
        forecast = self._psnr(self._forecast)
        return forecast and ForecastPsnr(forecast, self._copied)

    @functools.cached_property
    def _copied(self) -> list[float] | None:
        return self._psnr(self._copy_last)

    def verdict(self, found: ForecastPsnr) -> str:
        """The sentence of `forecast_verdict`.

        Args:
            found: what `measure` returned.
        """
        return forecast_verdict(
            found.forecast,
            found.copy_last,
            self._psnr(self._true_poses) if self._has_poses else None,
            clips=len(self._video),
            split="validation",
        )

    @property
    def _has_poses(self) -> bool:
        model = self._model
        offered = model.offers("encode") and model.offers("decode")
        return offered and bool(model.latents_of("pose"))

    def _psnr(
        self, draw: Callable[[np.ndarray], np.ndarray]
    ) -> list[float] | None:
        """PSNR of each predicted frame; None if one is infinite.

        Args:
            draw: predicts uint8 `[clips, horizon, height, width, channel]` for
                uint8 clips of context and horizon.
        """
        errors = []
        for start in range(0, len(self._video), CHUNK):
            video = self._video[start : start + CHUNK]
            truth = video[:, self._context :]
            errors.append(squared_errors(draw(video), truth))
        try:
            return pooled_psnr(np.concatenate(errors))[0].tolist()
        except AbsentMetric:
            return None

    def _forecast(self, video: np.ndarray) -> np.ndarray:
        context = context_from_clips(
            self._model.TAKES, video, self._context, self._horizon
        )
        return self._model.forecast(context, self._horizon).numpy()

    def _copy_last(self, video: np.ndarray) -> np.ndarray:
        last = video[:, self._context - 1, None]
        return np.repeat(last, self._horizon, axis=1)

    def _true_poses(self, video: np.ndarray) -> np.ndarray:
        def decode(codes, last):
            return to_uint8(self._model.decode(codes, tf.constant(last)))

        return decode_true_poses(
            self._model.latents,
            lambda frames: self._model.encode(tf.constant(frames)),
            decode,
            video,
            self._context,
        ).numpy()
