"""What becomes of forecasts far beyond the horizon of training."""

import numpy as np

from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.judge import make_judge
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent
from mipae_tf.visual.curves import curve_plot
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

CLIPS = 32
SHOWN = 4
STEPS = (1, 2, 5, 10, 20, 50, 100, 200, 500)


def measure(subject: Subject) -> Findings:
    """`drift/sharpness`, `drift/motion`, `drift/kept/FACTOR`, per step.

    Forecasts of 100 frames and more have no truth; yet they should stay video
    of the data. sharpness: the mean gradient of a frame over that of real
    frames, 1 where edges are as sharp as they are in truth. motion: the mean
    change from one frame to the next over that of real clips, 0 where the
    forecast has come to rest. kept: how often a judge finds the clip's own
    class. `steps` of an entry names the frames ahead that `per_step` is of.
    """
    length = subject.options.drift_steps
    steps = np.array([step for step in STEPS if step <= length])
    frames = subject.forecast(horizon=length, clips=CLIPS)
    real = subject.clips.video[: len(frames)]
    shown = frames[:, steps - 1]
    values = {
        "drift/sharpness": _edges(shown) / _edges(real).mean(),
        "drift/motion": _changes(frames)[:, steps - 1] / _changes(real).mean(),
    }
    metrics, kept = {}, {}
    try:
        classes = subject.once(make_judge).judge(
            shown.reshape(-1, *real.shape[2:])
        )[0]
        for name in (n for n in classes if n in subject.clips.content):
            named = classes[name].argmax(axis=1).reshape(shown.shape[:2])
            true = subject.clips.content[name][: len(frames), None]
            kept[f"drift/kept/{name}"] = (named == true).astype(np.float32)
    except AbsentMetric as reason:
        metrics["drift/kept"] = absent(str(reason))
    for key, scores in {**values, **kept}.items():
        row = or_absent(mean_entry, key, scores, subject.seed)
        metrics[key] = row if "absent" in row else row | {"steps": _ints(steps)}
    figures = {
        "drift.png": _picture(shown, steps),
        "drift_curves.png": _curves(metrics),
    }
    return Findings(metrics, {**values, **kept}, figures)


def _ints(steps: np.ndarray) -> list[int]:
    return [int(step) for step in steps]


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
    """Mean absolute change into each frame, `[clips, time]`.

    The first frame has none before it and takes that of the second.
    """
    changes = np.stack(
        [
            np.abs(np.diff(clip.astype(np.float32), axis=0)).mean(
                axis=(1, 2, 3)
            )
            for clip in video
        ]
    )  # [clips, time - 1]
    return np.concatenate([changes[:, :1], changes], axis=1)


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
