"""What content and pose know, of themselves and of each other."""

import numpy as np
from tqdm import tqdm

from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.mig import mig_published
from mipae_tf.metrics.probes import probe
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry

MIG_NAMES = (
    "score",
    "i_fc_zc",
    "i_fc_zp",
    "i_fp_zc",
    "i_fp_zp",
    "h_fc",
    "h_fp",
    "ceiling",
)
# Frames of each held-out clip that the probes look at.
PROBE_FRAMES = 4
# Frames that are drawn and encoded at once for the MIG.
DRAWN_AT_ONCE = 2_000


def mig_metrics(subject: Subject, samples: int) -> dict[str, dict]:
    """`mig/published/NAME`: eq. 8 of MIPAE on single frames.

    Frames are drawn with all factors independent and uniform, training and
    held-out combinations together, as published.

    Args:
        subject: what is evaluated.
        samples: number of frames; 100,000 as published.
    """
    names = [f"mig/published/{name}" for name in MIG_NAMES]
    reason = _why_no_mig(subject)
    if reason is None:
        try:
            values = mig_published(*_codes_and_factors(subject, samples))
        except AbsentMetric as error:
            reason = str(error)
    if reason is not None:
        return {name: absent(reason) for name in names}
    return {
        name: entry(name, values[name.rpartition("/")[2]], count=samples)
        for name in names
    }


def leak_metrics(subject: Subject) -> dict[str, dict]:
    """Every factor predicted from content and from pose by an MLP.

    `leak/content_from_pose/FACTOR` and `leak/pose_from_content/FACTOR` are
    what should not be there, `read/content_from_content/FACTOR` and
    `read/pose_from_pose/FACTOR` what should. Accuracy for content factors,
    R² for pose factors, on clips that the probe has not seen; `chance` is the
    score of the most frequent class, `shuffled` that of a probe trained on
    shuffled labels.
    """
    names = {role: subject.latent_of(role) for role in ("content", "pose")}
    clips = subject.clips
    factors = {"content": clips.content, "pose": clips.pose}
    missing = [role for role, name in names.items() if name is None]
    codes, targets = None, None
    found = {}
    for role in names:
        for factor in factors[role]:
            for source in names:
                group = "read" if source == role else "leak"
                key = f"{group}/{role}_from_{source}/{factor}"
                if missing:
                    model = type(subject.model).__name__
                    found[key] = absent(f"{model} has no {missing[0]} latent.")
                    continue
                if codes is None:
                    codes, targets = _probe_data(subject, names, factors)
                found[key] = or_absent(
                    _probe_entry,
                    key,
                    codes[source],
                    targets[factor],
                    role,
                    subject.seed,
                )
    return found


def _probe_data(subject: Subject, names, factors):
    """Codes and factors of some frames of each clip, clip after clip."""
    clips = subject.clips
    times = np.linspace(0, clips.length - 1, PROBE_FRAMES).round().astype(int)
    frames = clips.video[:, times].reshape(-1, *clips.frame_shape)
    latents = subject.encode_images(frames)  # [clips·frames, dim]
    codes = {role: latents[name] for role, name in names.items()}
    targets = {
        name: np.repeat(values, len(times))
        for name, values in factors["content"].items()
    }
    for name, values in factors["pose"].items():
        targets[name] = values[:, times].reshape(-1)  # [clips·frames]
    return codes, targets


def _probe_entry(key, codes, target, role: str, seed: int) -> dict:
    # All frames of a clip stay on one side of the split.
    half = len(target) // PROBE_FRAMES // 2 * PROBE_FRAMES
    result = probe(
        codes[:half],
        target[:half],
        categorical=role == "content",
        seed=seed,
        test=(codes[half:], target[half:]),
    )
    row = entry(key, result["score"], count=len(target) - half)
    return {
        **row,
        "chance": result["chance"],
        "shuffled": result["shuffled"],
    }


def _why_no_mig(subject: Subject) -> str | None:
    for role in ("content", "pose"):
        if subject.latent_of(role) is None:
            return f"{type(subject.model).__name__} has no {role} latent."
    if not getattr(subject.builder, "has_static", False):
        return (
            f"{subject.clips.name} cannot draw frames with independent factors."
        )
    return None


def _codes_and_factors(subject: Subject, samples: int):
    """Content codes, pose codes, content factors, pose factors."""
    pieces = []
    starts = range(0, samples, DRAWN_AT_ONCE)
    for start in tqdm(starts, "encoding for MIG", disable=None):
        frames, content, pose = subject.builder.sample_static(
            min(DRAWN_AT_ONCE, samples - start), subject.seed, start
        )
        latents = subject.encode_images(frames)
        pieces.append(
            (
                latents[subject.latent_of("content")],
                latents[subject.latent_of("pose")],
                np.stack(list(content.values()), axis=1),
                np.stack(list(pose.values()), axis=1),
            )
        )
    return [np.concatenate(part) for part in zip(*pieces, strict=True)]
