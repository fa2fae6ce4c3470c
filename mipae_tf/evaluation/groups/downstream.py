"""What a code is worth to somebody with few labels."""

import numpy as np

from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.label_curve import label_curve
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry
from mipae_tf.visual.curves import curve_plot

COUNTS = (10, 20, 50, 100, 200, 500)
# A content factor of this name is told from how things move.
ACTION = "action"


def measure(subject: Subject) -> Findings:
    """`downstream/FACTOR/LABELS`: accuracy from so many labelled clips.

    Classes of objects are told from the content of a clip, an action from its
    sequence of poses, both by a linear classifier. A model that keeps content
    and pose apart in no latent is judged by its whole code: AE-LSTM is the
    baseline that DRNET compares itself with.
    """
    clips = subject.clips
    if not clips.content:
        reason = f"{clips.name} knows no content factors."
        return Findings({"downstream": absent(reason)})
    counts = [n for n in COUNTS if n <= len(clips) - len(clips) // 4]
    metrics, series = {}, {}
    for factor, labels in clips.content.items():
        role = "pose" if factor == ACTION else "content"
        codes = subject.once(_pose_codes if role == "pose" else _content_codes)
        try:
            curve = label_curve(
                codes,
                labels,
                np.arange(len(clips)),
                counts,
                seed=subject.seed,
            )
        except (AbsentMetric, ValueError) as reason:
            metrics[f"downstream/{factor}"] = absent(str(reason))
            continue
        for count, row in curve.items():
            key = f"downstream/{factor}/{count}"
            spread = {"sd": row["sd"], "chance": row["chance"]}
            metrics[key] = entry(key, row["mean"], count=count) | spread
        means = np.array([row["mean"] for row in curve.values()])
        spread = np.array([row["sd"] for row in curve.values()])
        series[factor] = (list(curve), means, means - spread, means + spread)
    figures = {}
    if series:
        figures["labels.png"] = curve_plot(
            series, "labelled clips", "accuracy", log_x=True
        )
    return Findings(metrics, figures=figures)


def _content_codes(subject: Subject) -> np.ndarray:
    """What stays, `[clips, dim]`: content, or the whole code, over frames."""
    return _codes(subject, "content").mean(axis=1)


def _pose_codes(subject: Subject) -> np.ndarray:
    """What moves, `[clips, time·dim]`: all poses, or the whole code."""
    codes = _codes(subject, "pose")
    return codes.reshape(len(codes), -1)  # [clips, time·dim]


def _codes(subject: Subject, role: str) -> np.ndarray:
    """Codes of every frame, `[clips, time, dim]`."""
    name = subject.latent_of(role)
    latents = subject.encode_frames(subject.clips.video)
    chosen = [latents[name]] if name else list(latents.values())
    return np.concatenate(chosen, axis=-1)
