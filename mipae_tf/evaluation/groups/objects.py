"""Whether the objects that a model finds are the true ones."""

import numpy as np

from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.objects.adjusted_rand import foreground_ari
from mipae_tf.metrics.objects.masks import hard_labels
from mipae_tf.metrics.objects.masks import mask_scores

# Which values of each are better, and why some clips have none.
BETTER = {
    "ari": ("higher", "No frame shows two objects."),
    "iou": ("higher", "No frame shows an object."),
    "explained": ("higher", "No frame shows an object."),
    "counted": ("higher", ""),
    "located": ("higher", "No frame shows an object."),
    "distance": ("lower", "No object is found in a frame that shows one."),
    "switched": ("lower", "No object is matched in two frames."),
}
KEYS = tuple(f"objects/{name}" for name in BETTER)


def compute(subject: Subject) -> Findings:
    """`objects/…` of the masks of all frames.

    `ari` is the adjusted Rand index of the foreground, the others are the
    fields of `MaskScores`. Each is the mean over the frames of a clip in which
    it is defined, and then over the clips that have such frames.
    """
    shares = subject.once(Subject.segment)
    true = subject.stream("masks")
    values = {"ari": foreground_ari(true, hard_labels(shares))}
    values |= mask_scores(true, shares)._asdict()
    metrics, per_clip = {}, {}
    for name, (better, reason) in BETTER.items():
        key, scores = f"objects/{name}", values[name]
        defined = np.flatnonzero(~np.isnan(scores).all(axis=1))
        if not len(defined):
            metrics |= absent_entries([key], reason)
            continue
        means = np.nanmean(scores[defined], axis=1, keepdims=True)
        metrics[key] = mean_entry(
            key, means, subject, by_step=False, better=better, clips=defined
        )
        if len(defined) == len(true):  # clips are paired by their index
            per_clip[key] = means
    return Findings(metrics, per_clip)


GROUP = MetricGroup(
    compute,
    "Whether the objects that the model finds are the true ones, in masks, "
    "positions, number and identity over time.",
    keys=("objects",),
    needs=Needs(offers=("segment",), streams=("masks",)),
    absent_keys=KEYS,
)
