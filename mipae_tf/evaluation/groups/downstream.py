"""How useful a code is to a classifier with few labels."""

import numpy as np

from mipae_tf.data import Factor
from mipae_tf.data.sources import probe_units
from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.probing import class_of_clips
from mipae_tf.evaluation.probing import is_class
from mipae_tf.evaluation.probing import require_shared_classes
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.label_curve import label_curve
from mipae_tf.metrics.result import entry
from mipae_tf.visual.curves import curve_plot

LABEL_COUNTS = (10, 20, 50, 100, 200, 500)
# Where clips have sources, these are labelled, and may be few.
SOURCE_COUNTS = (4, *LABEL_COUNTS)


def compute(subject: Subject) -> Findings:
    """`downstream/FACTOR/LABELS`: accuracy with LABELS labelled clips.

    A linear classifier predicts factors that stay from the content of a clip,
    and a class that is per frame and the same in all frames of a clip (an
    action) from its sequence of poses. Where the model has no such latent, it
    is given the whole code, as AE-LSTM in the comparison of DRNET. Where clips
    have sources, LABELS is the number of labelled sources, with all their
    clips, and classes that a single source has are left out: no other source
    could show whether they were learnt.

    Raises:
        AbsentMetric: the data have no class of whole clips.
    """
    clips = subject.clips
    known = [factor for factor in clips.factors_of() if is_class(factor)]
    labels = {factor: class_of_clips(clips, factor) for factor in known}
    labels = {f: found for f, found in labels.items() if found is not None}
    if not labels:
        raise AbsentMetric(f"{clips.name} has no classes of clips.")
    metrics, series = {}, {}
    for factor, classes in labels.items():
        name = factor.name
        try:
            curve = _curve(subject, factor, classes)
        except (AbsentMetric, ValueError) as reason:
            metrics |= absent_entries([f"downstream/{name}"], str(reason))
            continue
        metrics |= _entries(name, curve)
        means = np.array([row["mean"] for row in curve.values()])
        sd = np.array([row["sd"] for row in curve.values()])
        series[name] = (list(curve), means, means - sd, means + sd)
    figures = {}
    if series:
        figures["labels.png"] = curve_plot(
            series, "labelled clips", "accuracy", log_x=True
        )
    return Findings(metrics, figures=figures)


GROUP = MetricGroup(
    compute,
    "Accuracy of a linear classifier from few labelled clips.",
    keys=("downstream",),
    needs=Needs(offers=("encode",)),
    absent_keys=("downstream",),
    figures={"labels.png": "Accuracy against the number of labelled clips."},
)


def _curve(subject: Subject, factor: Factor, classes: np.ndarray) -> dict:
    """Accuracy by number of labelled clips or sources, see `label_curve`."""
    codes = subject.once(_pose_codes if factor.per_frame else _content_codes)
    sources = probe_units(subject.clips, factor)
    counts = SOURCE_COUNTS
    if sources is None:
        sources, counts = np.arange(len(codes)), LABEL_COUNTS
    else:
        kept = _shown_by_several(classes, sources)
        codes, classes, sources = codes[kept], classes[kept], sources[kept]
    count = len(np.unique(sources))
    return label_curve(
        codes,
        classes,
        sources,
        [n for n in counts if n <= count - count // 4],
        seed=subject.seed,
    )


def _shown_by_several(classes: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Whether clips `[clips]` are of a class that several sources have.

    Raises:
        AbsentMetric: fewer than two such classes.
    """
    found = np.unique(classes)
    several = [c for c in found if len(np.unique(sources[classes == c])) > 1]
    require_shared_classes(len(several), len(found))
    return np.isin(classes, several)


def _entries(name: str, curve: dict) -> dict[str, dict]:
    metrics = {}
    for count, row in curve.items():
        key = f"downstream/{name}/{count}"
        metrics[key] = {
            **entry(key, row["mean"], count=count, better="higher"),
            "sd": row["sd"],
            "chance": row["chance"],
        }
    return metrics


def _content_codes(subject: Subject) -> np.ndarray:
    """Content or the whole code, the mean over frames, `[clips, dim]`."""
    return _codes(subject, "content").mean(axis=1)


def _pose_codes(subject: Subject) -> np.ndarray:
    """Pose or the whole code of all frames, `[clips, time·dim]`."""
    codes = _codes(subject, "pose")
    return codes.reshape(len(codes), -1)  # [clips, time·dim]


def _codes(subject: Subject, role: str) -> np.ndarray:
    """Codes of every frame, `[clips, time, dim]`."""
    model = subject.model
    latents = subject.encode_frames(subject.clips.video)
    chosen = model.latents_of(role) or model.latents
    return np.concatenate([latents[each.name] for each in chosen], axis=-1)
