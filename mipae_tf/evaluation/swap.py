"""Content of one clip with the pose of another, against the drawn truth."""

import dataclasses

import numpy as np

from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frame_quality import bootstrap_interval
from mipae_tf.metrics.frame_quality import pooled_psnr
from mipae_tf.metrics.frame_quality import squared_errors
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry


@dataclasses.dataclass(frozen=True)
class Swaps:
    """Swapped frames, uint8 `[clips, frames, height, width, channel]`.

    Attributes:
        drawn: by the model, content of clip i with poses of clip i + 1.
        truth: by the builder, or None where it cannot draw.
    """

    drawn: np.ndarray
    truth: np.ndarray | None


def make_swaps(subject: Subject) -> Swaps | None:
    """Swaps of neighbouring clips at a few frames of each.

    None for a model without content and pose.
    """
    content, pose = subject.latent_of("content"), subject.latent_of("pose")
    if content is None or pose is None:
        return None
    clips, times = subject.clips, swap_times(subject)
    giver = clips.video[:, : subject.context]
    latents = subject.encode(giver)
    moved = subject.encode(clips.video[:, times])
    latents[pose] = np.roll(moved[pose], -1, axis=0)
    drawn = subject.decode(latents, giver[:, -1])
    return Swaps(drawn, _truth(subject, times))


def swap_times(subject: Subject) -> np.ndarray:
    """The frames of a clip whose poses are lent."""
    return np.linspace(0, subject.clips.length - 1, 4).round().astype(int)


def swap_metrics(subject: Subject, swaps: Swaps | None) -> dict[str, dict]:
    """`swap/psnr`, pooled over all swapped frames."""
    name = "swap/psnr"
    if swaps is None:
        model = type(subject.model).__name__
        return {name: absent(f"{model} has no content and pose to swap.")}
    if swaps.truth is None:
        return {
            name: absent(f"{subject.clips.name} cannot draw the swapped truth.")
        }
    errors = squared_errors(swaps.drawn, swaps.truth)
    errors = errors.mean(axis=1, keepdims=True)  # [clips, 1]
    return {name: or_absent(_psnr_entry, name, errors, subject.seed)}


def _psnr_entry(name: str, errors: np.ndarray, seed: int) -> dict:
    def psnr(draws):
        return pooled_psnr(draws)[1]

    return entry(
        name,
        psnr(errors),
        count=len(errors),
        interval=bootstrap_interval(psnr, errors, seed),
    )


def _truth(subject: Subject, times: np.ndarray) -> np.ndarray | None:
    render = getattr(subject.builder, "render", None)
    clips = subject.clips
    if render is None or not clips.pose:
        return None
    frames = []
    for clip in range(len(clips)):
        other = (clip + 1) % len(clips)
        content = {k: v[clip] for k, v in clips.content.items()}
        instance = {k: v[clip] for k, v in clips.instance.items()}
        pose = {k: v[other, times] for k, v in clips.pose.items()}
        frames.append(render(content, pose, instance or None))
    return np.stack(frames)  # [clips, frames, height, width, channel]
