"""The published mutual information gap, and the gap of each factor."""

import numpy as np

from mipae_tf.evaluation.codes import STATIC_NEEDS
from mipae_tf.evaluation.codes import LabelledCodes
from mipae_tf.evaluation.codes import labelled_codes
from mipae_tf.evaluation.entries import entries_or_reason
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import require
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.mig import mig_published
from mipae_tf.metrics.disentanglement.mig_factorwise import mig_factorwise
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.disentanglement.scalings import whitened
from mipae_tf.metrics.result import entry

# What the published protocol gives, and which values of each are better.
BETTER = {
    "score": "higher",
    "i_fc_zc": "higher",
    "i_fc_zp": "lower",
    "i_fp_zc": "lower",
    "i_fp_zp": "higher",
    "h_fc": "none",
    "h_fp": "none",
    "ceiling": "none",
}
# The published protocol takes codes as they are; the others show how much its
# score depends on their scale.
SCALINGS = {
    "published": np.asarray,
    "published_standardised": standardised,
    "published_whitened": whitened,
}
# Frames of the factor-wise protocol; its labels are few and repeat.
FACTORWISE_SAMPLES = 5_000
MIG_CAVEAT = (
    "mig/published takes all factors of a kind as one label. Compare it with "
    "its ceiling at the same number of frames; it hardly sees leaks (more than "
    "a nat of content in the pose can read as 0.06) and moves with the scale "
    "of the codes. Read leak/ and mig/factorwise beside it."
)
FACTORWISE_SCORE = "mig/factorwise/score"


def published_keys(scaling: str) -> list[str]:
    """Keys of the published protocol on codes of a scaling."""
    return [f"mig/{scaling}/{name}" for name in BETTER]


def compute(subject: Subject) -> Findings:
    """`mig/published…/NAME` and `mig/factorwise/…`.

    published: eq. 8 of MIPAE on drawn frames with independent factors, on
    codes as they are, standardised and whitened. factorwise: the gap of each
    single factor, and their mean, on drawn frames or, where the data cannot
    draw them, on one frame of each clip.

    Raises:
        AbsentMetric: no drawn frames and too few clips.
    """
    codes = labelled_codes(subject, subject.options.mig_samples)
    metrics = {}
    for scaling in SCALINGS:
        metrics |= entries_or_reason(
            published_keys(scaling), _published, subject, codes, scaling
        )
    metrics |= entries_or_reason(
        [FACTORWISE_SCORE], _factorwise, subject, codes
    )
    return Findings(metrics)


ABOUT = (
    "The mutual information gap: how much more factors share with their own "
    "code than with the other one (MIPAE, eq. 8). "
)

GROUP = MetricGroup(
    compute,
    ABOUT + MIG_CAVEAT,
    keys=("mig",),
    needs=Needs(offers=("encode",), roles=("content", "pose")),
    absent_keys=(
        *(key for scaling in SCALINGS for key in published_keys(scaling)),
        FACTORWISE_SCORE,
    ),
)


def _published(
    subject: Subject, codes: LabelledCodes, scaling: str
) -> dict[str, dict]:
    require(subject, STATIC_NEEDS)
    scale = SCALINGS[scaling]
    values = mig_published(
        *(scale(z) for z in _codes_by_role(subject, codes)),
        np.stack(list(codes.content.values()), axis=1),
        np.stack(list(codes.pose.values()), axis=1),
    )  # factors [frames, factors]
    return {
        key: entry(key, values[name], count=len(codes), better=better)
        for key, (name, better) in zip(
            published_keys(scaling), BETTER.items(), strict=True
        )
    }


def _factorwise(subject: Subject, codes: LabelledCodes) -> dict[str, dict]:
    first = slice(FACTORWISE_SAMPLES)
    content, pose = (
        {name: labels[first] for name, labels in group.items()}
        for group in (codes.content, codes.pose)
    )
    for role, factors in (("content", content), ("pose", pose)):
        if not factors:
            raise AbsentMetric(f"{subject.clips.name} has no {role} factors.")
    latents = [standardised(z[first]) for z in _codes_by_role(subject, codes)]
    found = mig_factorwise(*latents, content, pose, seed=subject.seed)
    return _factorwise_entries(found, len(latents[0]), codes.source)


def _codes_by_role(
    subject: Subject, codes: LabelledCodes
) -> tuple[np.ndarray, np.ndarray]:
    """All latents of content, and all of pose, `[frames, dim]` each."""
    latents_of = subject.model.latents_of
    return tuple(
        np.concatenate(
            [codes.latents[z.name] for z in latents_of(role)], axis=1
        )
        for role in ("content", "pose")
    )


def _factorwise_entries(
    found: dict, count: int, source: str
) -> dict[str, dict]:
    """Entries of the mean gap, and of each factor with its informations."""
    key = FACTORWISE_SCORE
    score = entry(
        key, found["score"], count, found["interval"], better="higher"
    )
    metrics = {key: score | {"source": source}}
    for side in ("content", "pose"):
        for factor, row in found[side].items():
            key = f"mig/factorwise/{factor}"
            if "absent" in row:
                metrics[key] = row
                continue
            parts = ("i_own", "i_other", "entropy")
            metrics[key] = {
                **entry(
                    key, row["gap"], count, row["interval"], better="higher"
                ),
                **{part: row[part] for part in parts},
            }
    return metrics
