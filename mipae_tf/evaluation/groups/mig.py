"""The published mutual information gap, and that of each factor by itself."""

import numpy as np

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.codes import FEWEST
from mipae_tf.evaluation.codes import LabelledCodes
from mipae_tf.evaluation.codes import can_draw_static
from mipae_tf.evaluation.codes import clip_codes
from mipae_tf.evaluation.codes import static_codes
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.disentanglement.mig import mig_published
from mipae_tf.metrics.disentanglement.mig_factorwise import mig_factorwise
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.disentanglement.scalings import whitened
from mipae_tf.metrics.result import absent
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
# The published protocol takes codes as they are; the others show how much of
# its score is their scale.
SCALINGS = {
    "published": np.asarray,
    "published_standardised": standardised,
    "published_whitened": whitened,
}
# Frames behind the factor-wise protocol: its labels are few and repeat.
FACTORWISE_SAMPLES = 5_000
BLINDNESS = (
    "mig/published takes all factors of a kind as one label. Compare it with "
    "its ceiling at the same number of frames; it hardly sees leaks (more than "
    "a nat of content in the pose can read as 0.06) and moves with the scale "
    "of the codes. Read leak/ and mig/factorwise beside it."
)


def measure(subject: Subject) -> Findings:
    """`mig/published…/NAME` and `mig/factorwise/…`.

    published: eq. 8 of MIPAE on drawn frames with independent factors, on
    codes as they are, standardised and whitened. factorwise: the gap of each
    factor by itself, and their mean, on drawn frames or, where the data cannot
    draw them, on one frame of each clip.
    """
    samples = subject.options.mig_samples
    static = can_draw_static(subject)
    why = why_no_gap(subject)
    if why is None and not static and len(subject.clips) < FEWEST:
        why = f"{len(subject.clips)} clips are too few; {FEWEST} are needed."
    codes = None
    if why is None:
        codes = (
            static_codes(subject, samples) if static else clip_codes(subject)
        )
    reason = why or (
        None
        if static
        else "No frames of independent factors can be drawn of "
        f"{subject.clips.name}."
    )
    metrics = {}
    for protocol, scale in SCALINGS.items():
        metrics |= _published(subject, codes, protocol, scale, reason)
    return Findings(metrics | _factorwise(subject, codes, why))


def why_no_gap(subject: Subject) -> str | None:
    """Why content and pose cannot be told apart in a model, if so."""
    return lacks(subject, "encode", "content", "pose")


def _published(
    subject: Subject, codes, protocol: str, scale, reason: str | None
) -> dict[str, dict]:
    keys = {name: f"mig/{protocol}/{name}" for name in BETTER}
    values = {}
    if reason is None:
        try:
            values = mig_published(
                *(scale(z) for z in _own_codes(subject, codes)),
                np.stack(list(codes.content.values()), axis=1),
                np.stack(list(codes.pose.values()), axis=1),
            )  # factors [frames, factors]
        except AbsentMetric as error:
            reason = str(error)
    if reason is not None:
        return {key: absent(reason) for key in keys.values()}
    return {
        key: entry(key, values[name], count=len(codes), better=BETTER[name])
        for name, key in keys.items()
    }


def _factorwise(
    subject: Subject, codes: LabelledCodes | None, reason: str | None
) -> dict[str, dict]:
    key = "mig/factorwise/score"
    if reason is not None:
        return {key: absent(reason)}
    first = slice(FACTORWISE_SAMPLES)
    content, pose = (
        {name: labels[first] for name, labels in group.items()}
        for group in (codes.content, codes.pose)
    )
    for role, factors in (("content", content), ("pose", pose)):
        if not factors:
            reason = f"{subject.clips.name} knows no {role} factors."
            return {key: absent(reason)}
    own = [standardised(z[first]) for z in _own_codes(subject, codes)]
    try:
        found = mig_factorwise(*own, content, pose, seed=subject.seed)
    except AbsentMetric as error:
        return {key: absent(str(error))}
    return _factorwise_entries(found, len(own[0]), codes.source)


def _own_codes(
    subject: Subject, codes: LabelledCodes
) -> tuple[np.ndarray, np.ndarray]:
    """Latents of content and of pose, several side by side, `[frames, dim]`."""
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
    """Entries of the mean and of each factor, its informations beside."""
    key = "mig/factorwise/score"
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
