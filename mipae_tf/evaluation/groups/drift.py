"""What forecasts look like far beyond the horizon of training."""

import numpy as np

from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.entries import step_band
from mipae_tf.evaluation.judges import make_judge
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.visual.curves import curve_plot
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

# Clips that are forecast, and clips that are drawn.
FORECAST_CLIPS = 32
DRAWN_CLIPS = 4
# Frames ahead at which forecasts are measured, before the last one.
MEASURED_STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def compute(subject: Subject) -> Findings:
    """`drift/sharpness`, `drift/motion`, `drift/kept/FACTOR`, per step.

    Forecasts of 100 frames and more have no truth to compare with, but they
    should still look like the data. sharpness: the mean gradient of a frame
    over that of real frames, 1 where edges are as sharp as in real frames.
    motion: the mean change from one frame to the next over that of real clips,
    0 where the forecast has stopped moving. kept: how often the judge still
    sees the clip's own class. `steps` of an entry names the frames ahead that
    `per_step` is of; its value is that of the last.

    Raises:
        AbsentMetric: a model that takes a goal, beyond the end of the clips.
    """
    _check_goal(subject)
    length = subject.options.drift_steps
    steps = np.array([*(n for n in MEASURED_STEPS if n < length), length])
    frames = subject.forecast(horizon=length, clips=FORECAST_CLIPS)
    real = subject.clips.video[: len(frames)]
    shown = frames[:, steps - 1]
    last = real[:, [subject.context - 1]]
    changes = _changes(np.concatenate([last, frames], axis=1))
    # Scores `[clips, steps]`, their mean over real clips, what is better.
    scores = {
        "drift/sharpness": (_edges(shown), _edges(real).mean(), "none"),
        "drift/motion": (changes[:, steps - 1], _changes(real).mean(), "none"),
    }
    metrics, per_clip = {}, {}
    try:
        scores |= _kept(subject, shown)
    except AbsentMetric as reason:
        metrics |= absent_entries(["drift/kept"], reason)
    for key, (values, real_mean, better) in scores.items():
        if not real_mean:
            reason = f"{subject.clips.name} are blank or still."
            metrics |= absent_entries([key], reason)
            continue
        values = values / real_mean
        per_clip[key] = values[:, [-1]]
        metrics[key] = _entry(key, values, steps, subject, better)
    figures = {"drift.png": _picture(shown, steps)}
    if any("per_step" in row for row in metrics.values()):
        figures["drift_curves.png"] = _curves(metrics)
    return Findings(metrics, per_clip, figures)


GROUP = MetricGroup(
    compute,
    "What forecasts look like far beyond the horizon: 1 is as in real clips.",
    keys=("drift",),
    needs=Needs(offers=("forecast",)),
    absent_keys=("drift/sharpness", "drift/motion", "drift/kept"),
    figures={
        "drift.png": "Forecasts after 1, 2, 5, 10, 20, 50, 100 … frames.",
        "drift_curves.png": "Sharpness, motion and kept classes.",
    },
)


def _check_goal(subject: Subject) -> None:
    clips = subject.clips
    beyond = subject.context + subject.options.drift_steps > clips.length
    if "goal" in subject.model.TAKES and beyond:
        raise AbsentMetric(
            f"{subject.model.title} takes a goal, and {clips.name} has no "
            "frame that far ahead."
        )


def _kept(subject: Subject, shown: np.ndarray) -> dict[str, tuple]:
    """Whether each forecast `[clips, steps, ...]` still shows its class.

    Raises:
        AbsentMetric: no judge.
    """
    judge = subject.once(make_judge)
    classes = judge.judge(shown.reshape(-1, *shown.shape[2:]))[0]
    found = {}
    for name in (n for n in classes if n in subject.clips.content):
        judged = classes[name].argmax(axis=1).reshape(shown.shape[:2])
        true = subject.clips.content[name][: len(shown), None]
        same = (judged == true).astype(np.float32)
        found[f"drift/kept/{name}"] = same, 1, "higher"
    return found


def _entry(
    key: str,
    scores: np.ndarray,
    steps: np.ndarray,
    subject: Subject,
    better: str,
) -> dict:
    """An entry whose value is that of the last step."""
    row = mean_entry(key, scores, subject, better=better)
    row["value"] = row["per_step"][-1]
    if "interval" in row:
        row["interval"] = row["per_step_interval"][-1]
    return row | {"steps": steps.tolist()}


def _edges(video: np.ndarray) -> np.ndarray:
    """Mean absolute difference of neighbouring pixels, `[clips, time]`."""
    return np.stack(
        [
            sum(
                np.abs(np.diff(clip.astype(np.float32), axis=axis)).mean(
                    axis=(1, 2, 3)
                )
                for axis in (1, 2)
            )
            for clip in video
        ]
    )


def _changes(video: np.ndarray) -> np.ndarray:
    """Mean absolute change from the frame before, `[clips, time - 1]`."""
    return np.stack(
        [
            np.abs(np.diff(clip.astype(np.float32), axis=0)).mean(
                axis=(1, 2, 3)
            )
            for clip in video
        ]
    )  # [clips, time - 1]


def _picture(shown: np.ndarray, steps: np.ndarray) -> bytes:
    clips = list(shown[:DRAWN_CLIPS])
    text = ", ".join(map(str, steps))
    labels = [f"frames {text}", *[""] * (len(clips) - 1)]
    return encode_png(strip(clips, labels if len(text) < 12 else None))


def _curves(metrics: dict[str, dict]) -> bytes:
    series = {}
    for key, row in metrics.items():
        if "per_step" in row:
            name = key.removeprefix("drift/")
            series[name] = (row["steps"], row["per_step"], *step_band(row))
    return curve_plot(
        series, "frames ahead", "relative to real clips", log_x=True
    )
