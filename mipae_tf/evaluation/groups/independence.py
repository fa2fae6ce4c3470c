"""Whether each part of a representation depends on its own past alone."""

import numpy as np

from mipae_tf.data.sources import one_of_each_source
from mipae_tf.evaluation.entries import entries_or_reason
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.information.independence import best_partition
from mipae_tf.metrics.information.independence import transition_correlation
from mipae_tf.metrics.information.independence import transition_information
from mipae_tf.metrics.information.mixed_mi import mixed_mutual_information
from mipae_tf.metrics.information.ties import break_ties
from mipae_tf.metrics.result import entry
from mipae_tf.visual.heatmap import heatmap

NEIGHBOURS = 3
# Dimensions in the picture; more cannot be read.
DRAWN_DIMENSIONS = 64
# Which values of each are better.
BETTER = {"same": "higher", "cross": "lower", "gap": "higher"}
KEYS = tuple(f"independence/{name}" for name in BETTER)
SAMPLED_KEYS = tuple(f"independence/sampled_{name}" for name in BETTER)


def compute(subject: Subject) -> Findings:
    """`independence/same|cross|gap`: the analysis of Independent Prediction.

    Information in nats between a part of the code at t - 1 and the same part,
    or another, at t, by the estimator of Kraskov on standardised codes (ties
    broken by `break_ties`), from one transition of each clip at a time. Parts
    are the factors of a model that has several, else its content and pose,
    else the best of 20 random halvings of its one latent.

    Clips of one source are not independent: of each, one clip is measured.

    Codes are means. Where a model has samples, these are measured as well, as
    `independence/sampled_…`: those are the published numbers. A dimension
    that the model does not use is noise in samples, but its mean may still
    carry information.

    Raises:
        AbsentMetric: a code that never changes.
    """
    means, blocks = _latents(subject)
    figures = {"correlation.png": _picture(means)}
    metrics = entries_or_reason(KEYS, _entries, subject, KEYS, means, blocks)
    samples, _ = _latents(subject, subject.seed)
    if not np.array_equal(samples, means):
        metrics |= entries_or_reason(
            SAMPLED_KEYS, _entries, subject, SAMPLED_KEYS, samples, blocks
        )
    return Findings(metrics, figures=figures)


GROUP = MetricGroup(
    compute,
    "Whether parts of the code depend on their own past alone.",
    keys=("independence",),
    needs=Needs(offers=("encode",), frames=2),
    absent_keys=KEYS,
    figures={"correlation.png": "Correlation of the code with its own past."},
)


def _entries(
    subject: Subject,
    keys: tuple[str, ...],
    latents: np.ndarray,
    blocks: list[np.ndarray],
) -> dict[str, dict]:
    chosen = one_of_each_source(subject.clips, subject.seed)
    latents = latents[chosen]
    if len(blocks) > 1:
        found = transition_information(latents, blocks, _information)
    elif latents.shape[-1] < 2:
        raise AbsentMetric("A code of one dimension has no parts.")
    else:
        _, found = best_partition(latents, 2, _information, seed=subject.seed)
    return {
        key: entry(key, found[name], count=found["count"], better=better)
        for (name, better), key in zip(BETTER.items(), keys, strict=True)
    }


def _information(first: np.ndarray, second: np.ndarray) -> float:
    """Mutual information in nats of two codes `[clips, dim]`."""
    # Noise of one seed in both would make them dependent.
    first, second = break_ties(first, seed=0), break_ties(second, seed=1)
    return mixed_mutual_information(first, second, NEIGHBOURS)


def _latents(
    subject: Subject, seed: int | None = None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """Standardised codes `[clips, time, dim]`, and the parts' dimensions."""
    codes = subject.encode_frames(subject.clips.video, seed)
    parts = [
        part
        for latent in subject.model.latents
        if latent.role != "noise"
        for part in np.split(
            codes[latent.name], max(1, latent.objects), axis=-1
        )
    ]  # [clips, time, dim] each
    ends = np.cumsum([part.shape[-1] for part in parts])
    together = np.concatenate(parts, axis=-1)
    flat = standardised(together.reshape(-1, ends[-1]))
    return flat.reshape(together.shape), np.split(
        np.arange(ends[-1]), ends[:-1]
    )


def _picture(latents: np.ndarray) -> bytes:
    correlation = transition_correlation(latents)
    correlation = correlation[:DRAWN_DIMENSIONS, :DRAWN_DIMENSIONS]
    labels = [str(index) for index in range(len(correlation))]
    return heatmap(
        correlation,
        labels,
        labels,
        "Correlation of the code at t - 1 (rows) and t (columns)",
        "correlation",
        centre=0.0,
    )
