"""Figures of forecasts: beside the truth, and their scores over time."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.entries import step_band
from mipae_tf.evaluation.subject import Subject
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.forecasts import DRAWN_CLIPS
from mipae_tf.visual.forecasts import draw_forecasts
from mipae_tf.visual.plots import per_step_plot
from mipae_tf.visual.png import encode_png
from mipae_tf.visual.side_by_side import side_by_side

DRAWN_SAMPLES = 4
PLOTTED_MEASURES = {"psnr": "PSNR (dB)", "ssim": "SSIM", "lpips": "LPIPS"}


def forecast_figures(
    subject: Subject, forecast: np.ndarray
) -> dict[str, bytes]:
    """`forecast.gif`, `forecast.png`, and `samples.gif` where there are any.

    Args:
        subject: what is evaluated.
        forecast: uint8 `[clips, horizon, height, width, channel]`.
    """
    end = subject.context + subject.horizon
    truth = subject.clips.video[:, :end]
    image, animation = draw_forecasts(truth, forecast, subject.context)
    found = {
        "forecast.gif": encode_gif(animation, fps=6),
        "forecast.png": encode_png(image),
    }
    if subject.model.stochastic:
        found["samples.gif"] = _samples(subject, truth[:DRAWN_CLIPS])
    return found


def _samples(subject: Subject, truth: np.ndarray) -> bytes:
    """Truth `[clips, time, …]` and several futures, side by side."""
    context = truth[:, : subject.context]
    videos = [
        np.concatenate(
            [context, subject.forecast(n, clips=DRAWN_CLIPS)], axis=1
        )
        for n in range(DRAWN_SAMPLES)
    ]
    labels = ["truth", *(f"sample {n + 1}" for n in range(DRAWN_SAMPLES))]
    frames = side_by_side([truth, *videos], labels, subject.context)
    return encode_gif(frames, fps=6)


def step_plots(metrics: Mapping[str, Mapping]) -> dict[str, bytes]:
    """`psnr.png`, `ssim.png`, …: each row at each step, with its interval."""
    found = {}
    for measure, unit in PLOTTED_MEASURES.items():
        series = {}
        for key, value in metrics.items():
            group, _, row = key.rpartition("/")
            if group == f"prediction/{measure}" and "per_step" in value:
                series[row] = (value["per_step"], *step_band(value))
        if series:
            found[f"{measure}.png"] = per_step_plot(series, unit)
    return found
