"""What becomes of forecasts far beyond the horizon of training."""

import numpy as np

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.judges import make_judge
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent
from mipae_tf.visual.curves import curve_plot
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

CLIPS = 32
SHOWN = 4
KEYS = ("drift/sharpness", "drift/motion", "drift/kept")
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def measure(subject: Subject) -> Findings:
    """`drift/sharpness`, `drift/motion`, `drift/kept/FACTOR`, per step.

    Forecasts of 100 frames and more have no truth; yet they should stay video
    of the data. sharpness: the mean gradient of a frame over that of real
    frames, 1 where edges are as sharp as they are in truth. motion: the mean
    change from one frame to the next over that of real clips, 0 where the
    forecast has come to rest. kept: how often a judge finds the clip's own
    class. `steps` of an entry names the frames ahead that `per_step` is of;
    its value is that of the last.
    """
    reason = _why_no_long_forecast(subject)
    if reason:
        return Findings({key: absent(reason) for key in KEYS})
    length = subject.options.drift_steps
    steps = np.array([*(n for n in STEPS if n < length), length])
    frames = subject.forecast(horizon=length, clips=CLIPS)
    real = subject.clips.video[: len(frames)]
    shown = frames[:, steps - 1]
    last = real[:, [subject.context - 1]]
    changes = _changes(np.concatenate([last, frames], axis=1))
    # Scores, their mean over real clips, and which are better.
    values = {
        "drift/sharpness": (_edges(shown), _edges(real).mean(), "none"),
        "drift/motion": (changes[:, steps - 1], _changes(real).mean(), "none"),
    }
    metrics, kept = {}, {}
    try:
        classes = subject.once(make_judge).judge(
            shown.reshape(-1, *real.shape[2:])
        )[0]
        for name in (n for n in classes if n in subject.clips.content):
            named = classes[name].argmax(axis=1).reshape(shown.shape[:2])
            true = subject.clips.content[name][: len(frames), None]
            same = (named == true).astype(np.float32)
            kept[f"drift/kept/{name}"] = same, 1, "higher"
    except AbsentMetric as reason:
        metrics["drift/kept"] = absent(str(reason))
    per_clip = {}
    for key, (scores, real_mean, better) in {**values, **kept}.items():
        if not real_mean:
            metrics[key] = absent(f"{subject.clips.name} are blank or still.")
            continue
        scores = scores / real_mean
        per_clip[key] = scores[:, [-1]]
        metrics[key] = or_absent(
            _entry, key, scores, steps, subject.seed, better
        )
    figures = {"drift.png": _picture(shown, steps)}
    if any("per_step" in row for row in metrics.values()):
        figures["drift_curves.png"] = _curves(metrics)
    return Findings(metrics, per_clip, figures)


def _why_no_long_forecast(subject: Subject) -> str | None:
    model, clips = subject.model, subject.clips
    beyond = subject.context + subject.options.drift_steps > clips.length
    if "goal" in model.TAKES and beyond:
        return (
            f"{model.title} takes a goal, which {clips.name} do not hold "
            "beyond their end."
        )
    return lacks(subject, "forecast")


def _entry(
    key: str, scores: np.ndarray, steps: np.ndarray, seed: int, better: str
) -> dict:
    """The value is that of the last step: where the forecast has got to."""
    row = mean_entry(key, scores, seed, better=better)
    row["value"] = row["per_step"][-1]
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
    """Mean absolute change into each frame but the first."""
    return np.stack(
        [
            np.abs(np.diff(clip.astype(np.float32), axis=0)).mean(
                axis=(1, 2, 3)
            )
            for clip in video
        ]
    )  # [clips, time - 1]


def _picture(shown: np.ndarray, steps: np.ndarray) -> bytes:
    clips = list(shown[:SHOWN])
    text = ", ".join(map(str, steps))
    labels = [f"frames {text}", *[""] * (len(clips) - 1)]
    return encode_png(strip(clips, labels if len(text) < 12 else None))


def _curves(metrics: dict[str, dict]) -> bytes:
    series = {}
    for key, row in metrics.items():
        if "per_step" in row:
            low, high = zip(*row["per_step_interval"], strict=True)
            name = key.removeprefix("drift/")
            series[name] = (row["steps"], row["per_step"], low, high)
    return curve_plot(series, "frames ahead", "share of the real", log_x=True)
