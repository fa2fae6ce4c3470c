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
SAMPLES = 4
PLOTTED = {"psnr": "PSNR (dB)", "ssim": "SSIM", "lpips": "LPIPS"}


def forecast_pictures(
    subject: Subject, rows: Mapping[str, np.ndarray | None]
) -> dict[str, bytes]:
    """Truth and forecast of some clips.

    `forecast.gif`, `forecast.png`, and of a stochastic model `samples.gif`.
    """
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
    found = {
        "forecast.gif": encode_gif(frames, fps=6),
        "forecast.png": encode_png(image),
    }
    if subject.model.stochastic:
        found["samples.gif"] = _samples(subject, truth)
    return found


def _samples(subject: Subject, truth: np.ndarray) -> bytes:
    """Truth `[clips, time, …]` beside several futures."""
    seen = truth[:, : subject.context]
    videos = [
        np.concatenate([seen, subject.forecast(n, clips=SHOWN)], axis=1)
        for n in range(SAMPLES)
    ]
    labels = ["truth", *(f"sample {n + 1}" for n in range(SAMPLES))]
    frames = side_by_side([truth, *videos], labels, subject.context)
    return encode_gif(frames, fps=6)


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
