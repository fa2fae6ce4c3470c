"""Whether parts of a representation move by themselves."""

import numpy as np

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.information.independence import best_partition
from mipae_tf.metrics.information.independence import transition_correlation
from mipae_tf.metrics.information.independence import transition_information
from mipae_tf.metrics.information.mixed_mi import mixed_mutual_information
from mipae_tf.metrics.information.ties import break_ties
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry
from mipae_tf.visual.heatmap import heatmap

NEIGHBOURS = 3
# A picture of more dimensions tells nothing.
DRAWN = 64
# Which values of each are better.
BETTER = {"same": "higher", "cross": "lower", "gap": "higher"}


def measure(subject: Subject) -> Findings:
    """`independence/same|cross|gap`: the analysis of Independent Prediction.

    Information in nats between a part of the code at t - 1 and the same part,
    or another, at t, by the estimator of Kraskov on standardised codes, of
    which `break_ties` breaks ties, from one transition of each clip at a time.
    Parts are the factors of a model that has several, else its content and
    pose, else the best of 20 random halvings of its one latent.

    Codes are means; where a model has samples, these are looked at too, as
    `independence/sampled_…`: what was published. A dimension that nothing uses
    is noise in samples, while its mean may still be told by everything.
    """
    keys = {
        kind: [f"independence/{kind}{name}" for name in BETTER]
        for kind in ("", "sampled_")
    }
    reason = lacks(subject, "encode")
    if subject.clips.length < 2:
        reason = f"{subject.clips.name} has clips of one frame."
    if reason:
        return Findings({key: absent(reason) for key in keys[""]})
    means, blocks = _latents(subject)
    try:
        figures = {"correlation.png": _picture(means)}
    except AbsentMetric as reason:
        return Findings({key: absent(str(reason)) for key in keys[""]})
    metrics = _entries(subject, keys[""], means, blocks)
    samples, _ = _latents(subject, subject.seed)
    if not np.array_equal(samples, means):
        metrics |= _entries(subject, keys["sampled_"], samples, blocks)
    return Findings(metrics, figures=figures)


def _entries(
    subject: Subject,
    keys: list[str],
    latents: np.ndarray,
    blocks: list[np.ndarray],
) -> dict[str, dict]:
    try:
        if len(blocks) > 1:
            found = transition_information(latents, blocks, _information)
        elif latents.shape[-1] < 2:
            raise AbsentMetric("One dimension alone has no parts.")
        else:
            found = best_partition(latents, 2, _information, seed=subject.seed)[
                1
            ]
    except AbsentMetric as reason:
        return {key: absent(str(reason)) for key in keys}
    return {
        key: entry(key, found[name], count=found["count"], better=better)
        for (name, better), key in zip(BETTER.items(), keys, strict=True)
    }


def _information(first: np.ndarray, second: np.ndarray) -> float:
    """Nats that two codes `[clips, dim]` tell of each other."""
    # Noise of one seed in both would be a dependence of its own.
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
    correlation = transition_correlation(latents)[:DRAWN, :DRAWN]
    labels = [str(index) for index in range(len(correlation))]
    return heatmap(
        correlation,
        labels,
        labels,
        "Correlation of the code at t - 1 (rows) and t (columns)",
        "correlation",
        centre=0.0,
    )
