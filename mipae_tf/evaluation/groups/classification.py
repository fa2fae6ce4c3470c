"""The classifiers of DRNET: objects from content, actions from poses."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.data.sources import some_clips
from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.labelled_classes import LabelledClasses
from mipae_tf.evaluation.labelled_classes import labelled_classes
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import require
from mipae_tf.evaluation.probing import class_of_clips
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.probes.classifier import Head
from mipae_tf.metrics.probes.few_labels import labelled_subset
from mipae_tf.metrics.probes.few_labels import predicted_classes
from mipae_tf.models import Latent
from mipae_tf.visual.curves import curve_plot

# As published for NORB and for KTH; the numbers of steps are not published.
OBJECT_HEAD = Head(units=256, steps=400, early_stopping=True)
ACTION_HEAD = Head(units=1200, steps=400)
# Training clips that may be labelled, and labelled clips of each class.
TRAINING_CLIPS = 1_000
PER_CLASS = (1, 4, 16, 64, 256)
# Random subsets of each size.
DRAWS = 3
KINDS = ("read", "leak")


def compute(subject: Subject) -> Findings:
    """`classification/read/FACTOR/LABELS`, `classification/leak/…`: accuracy.

    Classifiers are trained on LABELS labelled clips of each class, or on `all`,
    of the training split, and scored on the held-out clips. `read` is from the
    latent that should tell the class: the content for a class of the clip, the
    sequence of poses for an action (a class that is per frame and the same in
    all frames of a clip). A model without this latent is read from its whole
    code, as AE-LSTM, the baseline of DRNET. `leak` is from the other latent. Of
    latents that are per frame, an object is classified from the last frame.

    `chance` is the accuracy of the best constant answer, the most frequent
    class of the held-out clips. `labelled` is the number of labelled clips,
    `sd` the standard deviation over subsets of them.

    Raises:
        AbsentMetric: the data have no class of whole clips.
    """
    clips = subject.clips
    classes = [
        factor
        for factor in clips.factors_of("class")
        if class_of_clips(clips, factor) is not None
    ]
    if not classes:
        raise AbsentMetric(f"{clips.name} has no classes of clips.")
    findings, curves = Findings({}), {}
    pairs = [(factor, kind) for factor in classes for kind in KINDS]
    for factor, kind in progress(pairs, "classifying", "curve"):
        found = _of_factor(subject, factor, kind)
        findings |= found
        curves |= _curves(factor, kind, found.metrics)
    if not curves:
        return findings
    picture = curve_plot(curves, "labelled clips", "accuracy", log_x=True)
    return findings | Findings({}, figures={"classification.png": picture})


GROUP = MetricGroup(
    compute,
    "Accuracy of DRNET's classifiers from few labelled clips: of objects from "
    "the content of a clip (read) and from a pose (leak), of actions from the "
    "poses of a clip (read) and from its content (leak).",
    keys=("classification",),
    needs=Needs(offers=("encode",), factors="class", training=True),
    absent_keys=("classification",),
    figures={
        "classification.png": "Accuracy against the number of labelled clips."
    },
)


def _of_factor(subject: Subject, factor: Factor, kind: str) -> Findings:
    """Accuracies for each number of labels, or the reason of their absence."""
    name = f"classification/{kind}/{factor.name}"
    try:
        chosen = _latents(subject, factor, kind)
        classes = labelled_classes(
            subject.clips, subject.once(_training), factor
        )
    except AbsentMetric as reason:
        return Findings(absent_entries([name], reason))
    subsets = _subsets(classes, subject.seed)
    correct = _correct(subject, factor, chosen, classes, subsets)
    findings = Findings({})
    for labels, of_draws in correct.items():
        key = f"{name}/{labels}"
        per_clip = of_draws.mean(axis=0)[:, None]  # [clips, 1]
        row = mean_entry(
            key,
            per_clip,
            subject,
            by_step=False,
            better="higher" if kind == "read" else "lower",
        )
        row["chance"] = classes.chance
        row["sd"] = float(of_draws.mean(axis=1).std(ddof=1))
        row["labelled"] = len(subsets[labels][0])
        row["latents"] = [latent.name for latent in chosen]
        findings |= Findings({key: row}, {key: per_clip})
    return findings


def _latents(subject: Subject, factor: Factor, kind: str) -> Sequence[Latent]:
    """The latents that a factor is read from, or may leak into."""
    model, role = subject.model, factor.group
    if kind == "read":
        return model.latents_of(role) or model.latents
    require(subject, Needs(roles=("content", "pose")))
    return model.latents_of("pose" if role == "content" else "content")


def _subsets(
    classes: LabelledClasses, seed: int
) -> dict[int | str, list[np.ndarray]]:
    """Random subsets of labelled clips, by the clips of each class in them."""
    counts = np.unique(classes.training, return_counts=True)[1]
    sizes = [n for n in PER_CLASS if n <= counts.min()]
    if sizes and sizes[-1] * len(counts) == len(classes.training):
        sizes.pop()  # these are all clips
    return {
        size or "all": [
            labelled_subset(
                classes.training, size, [seed, draw], classes.sources
            )
            for draw in range(DRAWS)
        ]
        for size in (*sizes, None)
    }


def _correct(
    subject: Subject,
    factor: Factor,
    chosen: Sequence[Latent],
    classes: LabelledClasses,
    subsets: Mapping[int | str, list[np.ndarray]],
) -> dict[int | str, np.ndarray]:
    """Whether each held-out clip is classified correctly, `[draws, clips]`."""
    training, test = (
        _codes(latents, chosen, factor.per_frame)
        for latents in subject.once(_encoded)
    )
    found = predicted_classes(
        training,
        classes.training,
        [subset for draws in subsets.values() for subset in draws],
        test,
        ACTION_HEAD if factor.per_frame else OBJECT_HEAD,
        seed=subject.seed,
        sources=classes.sources,
    )  # [sizes·draws, clips]
    correct = (found == classes.test).reshape(len(subsets), DRAWS, -1)
    return dict(zip(subsets, correct, strict=True))


def _codes(
    latents: Mapping[str, np.ndarray], chosen: Sequence[Latent], action: bool
) -> np.ndarray:
    """Codes of clips side by side, `[clips, dim]`.

    Args:
        latents: as `Subject.encode` returns them.
        chosen: the latents to take.
        action: whether to take all frames of latents that are per frame, or
            only the last.
    """
    codes = [
        latents[latent.name]
        if action or not latent.per_frame
        else latents[latent.name][:, -1]
        for latent in chosen
    ]
    return np.concatenate([c.reshape(len(c), -1) for c in codes], axis=1)


def _training(subject: Subject) -> Clips:
    """Clips of the training split, spread over its sources."""
    training = subject.once(Subject.training_clips)
    return some_clips(training, TRAINING_CLIPS)


def _encoded(
    subject: Subject,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Latents of the training clips and of the held-out ones, equally long."""
    training, test = subject.once(_training), subject.clips
    length = min(training.length, test.length)
    return (
        subject.encode(training.video[:, :length]),
        subject.encode(test.video[:, :length]),
    )


def _curves(
    factor: Factor, kind: str, metrics: Mapping[str, Mapping]
) -> dict[str, tuple]:
    """A curve and the constant answer for `curve_plot`; none if absent."""
    rows = [row for row in metrics.values() if "value" in row]
    if not rows:
        return {}
    x = [row["labelled"] for row in rows]
    low, high = None, None
    if all("interval" in row for row in rows):
        low, high = zip(*(row["interval"] for row in rows), strict=True)
    source = " and ".join(rows[0]["latents"])
    values = [row["value"] for row in rows]
    return {
        f"{factor.name} from {source}": (x, values, low, high),
        f"{factor.name}, most frequent class": (
            x,
            [row["chance"] for row in rows],
            None,
            None,
        ),
    }
