"""Forecasts beside the truth, and their scores over time."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.subject import Subject
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.plots import per_step_plot
from mipae_tf.visual.png import encode_png
from mipae_tf.visual.side_by_side import side_by_side

SHOWN = 8
PLOTTED = {"psnr": "PSNR (dB)", "ssim": "SSIM", "lpips": "LPIPS"}


def forecast_pictures(
    subject: Subject, rows: Mapping[str, np.ndarray | None]
) -> dict[str, bytes]:
    """`forecast.gif` and `forecast.png`: truth and forecast of some clips."""
    context, end = subject.context, subject.context + subject.horizon
    truth = subject.clips.video[:SHOWN, :end]
    ahead = rows["forecast"][:SHOWN]
    shown = np.concatenate([truth[:, :context], ahead], axis=1)
    frames = side_by_side([truth, shown], ["truth", "forecast"], context)
    pairs = list(zip(truth, shown, strict=True))[: SHOWN // 2]
    image = strip(
        [row for pair in pairs for row in pair],
        ["truth", "forecast"] * len(pairs),
        context=context,
    )
    return {
        "forecast.gif": encode_gif(frames, fps=6),
        "forecast.png": encode_png(image),
    }


def step_plots(metrics: Mapping[str, Mapping]) -> dict[str, bytes]:
    """`psnr.png`, `ssim.png`: each row at each step, with its interval."""
    found = {}
    for measure, unit in PLOTTED.items():
        series = {}
        for key, value in metrics.items():
            group, _, row = key.rpartition("/")
            if group == f"prediction/{measure}" and "per_step" in value:
                low, high = zip(*value["per_step_interval"], strict=True)
                series[row] = (value["per_step"], low, high)
        if series:
            found[f"{measure}.png"] = per_step_plot(series, unit)
    return found
