"""What a code is worth to somebody with few labels."""

import numpy as np

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.probing import is_class
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.label_curve import label_curve
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry
from mipae_tf.visual.curves import curve_plot

COUNTS = (10, 20, 50, 100, 200, 500)


def measure(subject: Subject) -> Findings:
    """`downstream/FACTOR/LABELS`: accuracy from so many labelled clips.

    Factors that stay are told from the content of a clip, and a class that is
    per frame and the same in all frames of a clip, an action, from its
    sequence of poses, both by a linear classifier. A model that keeps content
    and pose apart in no latent is judged by its whole code: AE-LSTM is the
    baseline that DRNET compares itself with.
    """
    clips, reason = subject.clips, lacks(subject, "encode")
    labels = {f: _labels(clips, f) for f in clips.factors_of() if is_class(f)}
    labels = {f: found for f, found in labels.items() if found is not None}
    if not labels:
        reason = f"{clips.name} knows no classes of clips."
    if reason:
        return Findings({"downstream": absent(reason)})
    counts = [n for n in COUNTS if n <= len(clips) - len(clips) // 4]
    metrics, series = {}, {}
    for factor, classes in labels.items():
        name = factor.name
        codes = subject.once(
            _pose_codes if factor.per_frame else _content_codes
        )
        try:
            curve = label_curve(
                codes,
                classes,
                np.arange(len(clips)),
                counts,
                seed=subject.seed,
            )
        except (AbsentMetric, ValueError) as reason:
            metrics[f"downstream/{name}"] = absent(str(reason))
            continue
        for count, row in curve.items():
            key = f"downstream/{name}/{count}"
            spread = {"sd": row["sd"], "chance": row["chance"]}
            metrics[key] = entry(key, row["mean"], count=count, better="higher")
            metrics[key] |= spread
        means = np.array([row["mean"] for row in curve.values()])
        spread = np.array([row["sd"] for row in curve.values()])
        series[name] = (list(curve), means, means - spread, means + spread)
    figures = {}
    if series:
        figures["labels.png"] = curve_plot(
            series, "labelled clips", "accuracy", log_x=True
        )
    return Findings(metrics, figures=figures)


def _labels(clips: Clips, factor: Factor) -> np.ndarray | None:
    """The class of each clip, None where it changes within clips."""
    values = clips.values[factor.name]
    if not factor.per_frame:
        return values
    return values[:, 0] if (values == values[:, :1]).all() else None


def _content_codes(subject: Subject) -> np.ndarray:
    """What stays, `[clips, dim]`: content, or the whole code, over frames."""
    return _codes(subject, "content").mean(axis=1)


def _pose_codes(subject: Subject) -> np.ndarray:
    """What moves, `[clips, time·dim]`: all poses, or the whole code."""
    codes = _codes(subject, "pose")
    return codes.reshape(len(codes), -1)  # [clips, time·dim]


def _codes(subject: Subject, role: str) -> np.ndarray:
    """Codes of every frame, `[clips, time, dim]`."""
    model = subject.model
    latents = subject.encode_frames(subject.clips.video)
    chosen = model.latents_of(role) or model.latents
    return np.concatenate([latents[each.name] for each in chosen], axis=-1)
