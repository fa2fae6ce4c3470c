"""Content of one clip with the pose of another, against the drawn truth."""

import dataclasses

import numpy as np

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.metrics.result import absent
from mipae_tf.visual.layouts import swap_grid
from mipae_tf.visual.png import encode_png

SHOWN = 8
NEEDS = ("encode", "decode", "content", "pose")


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


def why_no_swap(subject: Subject) -> str | None:
    """Why content and pose of two clips cannot be swapped, if so."""
    return lacks(subject, *NEEDS)


def make_swaps(subject: Subject) -> Swaps | None:
    """Swaps of neighbouring clips at a few frames of each.

    None for a model without content and pose.
    """
    if why_no_swap(subject):
        return None
    clips = subject.clips
    times = np.linspace(0, clips.length - 1, 4).round().astype(int)
    giver = clips.video[:, : subject.context]
    latents = subject.encode(giver)
    moved = subject.encode(clips.video[:, times])
    for latent in subject.model.latents:
        if latent.role != "content":  # all else moves with the pose
            latents[latent.name] = np.roll(moved[latent.name], -1, axis=0)
        elif latent.per_frame:
            last = latents[latent.name][:, -1:]
            latents[latent.name] = np.repeat(last, len(times), axis=1)
    drawn = subject.decode(latents, giver[:, -1])
    return Swaps(drawn, _truth(subject, times), times)


def measure(subject: Subject) -> Findings:
    """`swap/psnr`, pooled over all swapped frames, and a grid of swaps."""
    key, reason = "swap/psnr", why_no_swap(subject)
    if reason:
        return Findings({key: absent(reason)})
    swaps = subject.once(make_swaps)
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
    video = subject.clips.video
    count = min(SHOWN, len(video) // 2)
    if not count:
        return {}
    givers, movers = video[:count], video[count : 2 * count]
    given = subject.encode(givers[:, : subject.context])
    frames = movers[:, subject.context - 1]
    moved = subject.encode_images(frames)
    grid = {}
    for latent in subject.model.latents:
        code = given[latent.name]
        if latent.role != "content":  # every content with every pose
            code = moved[latent.name].reshape(1, count, *latent.code_shape)
            code = np.repeat(code, count, axis=0)
        elif latent.per_frame:
            code = np.repeat(code[:, -1:], count, axis=1)
        grid[latent.name] = code  # [count, count, ...] where per frame
    references = givers[:, subject.context - 1]
    drawn = subject.decode(grid, references)
    return {"swap.png": encode_png(swap_grid(references, frames, drawn))}
