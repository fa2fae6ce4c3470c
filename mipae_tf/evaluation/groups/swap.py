"""Content of one clip with the pose of another, against the drawn truth."""

import dataclasses

import numpy as np

from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.metrics.result import absent
from mipae_tf.visual.layouts import swap_grid
from mipae_tf.visual.png import encode_png

SHOWN = 8


@dataclasses.dataclass(frozen=True)
class Swaps:
    """Swapped frames, uint8 `[clips, frames, height, width, channel]`.

    Attributes:
        drawn: by the model, content of clip i with poses of clip i + 1.
        truth: by the builder, or None where it cannot draw.
        times: frames of the clips whose poses were lent.
    """

    drawn: np.ndarray
    truth: np.ndarray | None
    times: np.ndarray


def make_swaps(subject: Subject) -> Swaps | None:
    """Swaps of neighbouring clips at a few frames of each.

    None for a model without content and pose.
    """
    content, pose = subject.latent_of("content"), subject.latent_of("pose")
    if content is None or pose is None:
        return None
    clips = subject.clips
    times = np.linspace(0, clips.length - 1, 4).round().astype(int)
    giver = clips.video[:, : subject.context]
    latents = subject.encode(giver)
    moved = subject.encode(clips.video[:, times])
    for latent in subject.model.latents:
        if latent.per_frame:  # and whatever else moves with the pose
            latents[latent.name] = np.roll(moved[latent.name], -1, axis=0)
    drawn = subject.decode(latents, giver[:, -1])
    return Swaps(drawn, _truth(subject, times), times)


def measure(subject: Subject) -> Findings:
    """`swap/psnr`, pooled over all swapped frames, and a grid of swaps."""
    key, swaps = "swap/psnr", subject.once(make_swaps)
    if swaps is None:
        reason = f"{subject.model_name} has no content and pose to swap."
        return Findings({key: absent(reason)})
    figures = _grid(subject)
    if swaps.truth is None:
        reason = f"{subject.clips.name} cannot draw the swapped truth."
        return Findings({key: absent(reason)}, figures=figures)
    errors = squared_errors(swaps.drawn, swaps.truth)
    errors = errors.mean(axis=1, keepdims=True)  # [clips, 1]
    score = or_absent(psnr_entry, key, errors, subject.seed, by_step=False)
    return Findings({key: score}, {key: errors}, figures)


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


def _grid(subject: Subject) -> dict[str, bytes]:
    """Contents of some clips with the poses of some others."""
    pose = subject.latent_of("pose")
    video = subject.clips.video
    count = min(SHOWN, len(video) // 2)
    if not count:
        return {}
    givers, movers = video[:count], video[count : 2 * count]
    latents = subject.encode(givers[:, : subject.context])
    frames = movers[:, subject.context - 1]
    poses = subject.encode_images(frames)[pose]
    grid = {
        **latents,
        pose: np.repeat(poses[None], count, axis=0),
    }  # pose [count, count, dim]: every content with every pose
    references = givers[:, subject.context - 1]
    drawn = subject.decode(grid, references)
    return {"swap.png": encode_png(swap_grid(references, frames, drawn))}
