"""Forecasts of video files, and SavedModels that do not need this library."""

from mipae_tf.serving.export import export_run
from mipae_tf.serving.forecast_video import ForecastOptions
from mipae_tf.serving.forecast_video import forecast_video

__all__ = ["ForecastOptions", "export_run", "forecast_video"]
