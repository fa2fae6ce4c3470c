"""Forecasts of video files, generated clips, and export of SavedModels."""

from mipae_tf.serving.export import export_run
from mipae_tf.serving.forecast_video import ForecastOptions
from mipae_tf.serving.forecast_video import forecast_video
from mipae_tf.serving.generate_video import generate_video

__all__ = ["ForecastOptions", "export_run", "forecast_video", "generate_video"]
