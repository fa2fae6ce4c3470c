"""Pictures of an evaluation, in `figures/`."""

import numpy as np

from mipae_tf.evaluation.subject import Subject
from mipae_tf.evaluation.swap import Swaps
from mipae_tf.files import write_file
from mipae_tf.runs import RunFolder
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.layouts import swap_grid
from mipae_tf.visual.plots import loss_plot
from mipae_tf.visual.plots import per_step_plot
from mipae_tf.visual.png import write_png
from mipae_tf.visual.side_by_side import side_by_side

SHOWN = 8


def write_figures(
    folder: RunFolder,
    subject: Subject,
    rows: dict[str, np.ndarray | None] | None,
    swaps: Swaps | None,
    metrics: dict[str, dict],
) -> None:
    """Forecasts, swaps, errors over time and losses.

    Args:
        folder: the run.
        subject: what was evaluated.
        rows: frames of each row of the prediction table, if asked for.
        swaps: swapped frames, if there are any.
        metrics: what was measured.
    """
    if rows is not None:
        _draw_forecasts(folder, subject, rows["forecast"])
        for measure, unit in (("psnr", "PSNR (dB)"), ("ssim", "SSIM")):
            _plot_rows(folder, metrics, measure, unit)
    if swaps is not None:
        _draw_swaps(folder, subject)
    losses = [_loss_row(row) for row in folder.read_losses()]
    if losses:
        write_file(folder.figures / "losses.png", loss_plot(losses))


def _loss_row(row: dict) -> dict:
    """Training and validation are curves of their own; pace is none."""
    stage = f"{row['stage']}, {row['group']}"
    left_out = ("group", "steps_per_second", "data_wait_share")
    kept = {k: v for k, v in row.items() if k not in left_out}
    return {**kept, "stage": stage}


def _draw_forecasts(folder, subject: Subject, ahead: np.ndarray) -> None:
    context, end = subject.context, subject.context + subject.horizon
    truth = subject.clips.video[:SHOWN, :end]
    shown = np.concatenate([truth[:, :context], ahead[:SHOWN]], axis=1)
    frames = side_by_side([truth, shown], ["truth", "forecast"], context)
    write_gif(folder.figures / "forecast.gif", frames, fps=6)
    pairs = list(zip(truth, shown, strict=True))[: SHOWN // 2]
    image = strip(
        [row for pair in pairs for row in pair],
        ["truth", "forecast"] * len(pairs),
        context=context,
    )
    write_png(folder.figures / "forecast.png", image)


def _plot_rows(folder, metrics, measure: str, unit: str) -> None:
    series = {}
    for key, value in metrics.items():
        group, _, row = key.rpartition("/")
        if group == f"prediction/{measure}" and "per_step" in value:
            low, high = zip(*value["per_step_interval"], strict=True)
            series[row] = (value["per_step"], low, high)
    if series:
        plot = per_step_plot(series, unit)
        write_file(folder.figures / f"{measure}.png", plot)


def _draw_swaps(folder, subject: Subject) -> None:
    """A grid: contents of some clips with the poses of some others."""
    pose = subject.latent_of("pose")
    video = subject.clips.video
    count = min(SHOWN, len(video) // 2)
    if not count:
        return
    givers, movers = video[:count], video[count : 2 * count]
    latents = subject.encode(givers[:, : subject.context])
    frames = movers[:, subject.context - 1]
    poses = subject.encode_images(frames)[pose]
    grid = {
        **latents,
        pose: np.repeat(poses[None], count, axis=0),
    }  # pose [count, count, dim]: every content with every pose
    references = givers[:, subject.context - 1]
    drawn = subject.decode(grid, references)
    image = swap_grid(references, frames, drawn)
    write_png(folder.figures / "swap.png", image)
