"""Content of one clip with the pose of another, against the drawn truth."""

import dataclasses

import numpy as np

from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import psnr_entry
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import missing_need
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.visual.layouts import swap_grid
from mipae_tf.visual.png import encode_png

# Rows and columns of the picture.
GRID_SIZE = 8
# Frames of each clip whose poses are taken.
FRAMES_PER_CLIP = 4
SWAP_NEEDS = Needs(offers=("encode", "decode"), roles=("content", "pose"))
TRUTH_NEEDS = Needs(builder=("render",), factors="any")


@dataclasses.dataclass(frozen=True)
class Swaps:
    """Swapped frames, uint8 `[clips, frames, height, width, channel]`.

    Attributes:
        drawn: by the model, content of clip i with poses of clip i + 1.
        truth: drawn by the builder, or None where it cannot draw.
        times: frames of the clips from which the poses are.
    """

    drawn: np.ndarray
    truth: np.ndarray | None
    times: np.ndarray


def make_swaps(subject: Subject) -> Swaps:
    """Swaps of neighbouring clips at a few frames of each.

    The model must meet `SWAP_NEEDS`.
    """
    clips = subject.clips
    times = (
        np.linspace(0, clips.length - 1, FRAMES_PER_CLIP).round().astype(int)
    )
    context = clips.video[:, : subject.context]
    latents = subject.encode(context)
    moved = subject.encode(clips.video[:, times])
    for latent in subject.model.latents:
        if latent.role != "content":  # all else moves with the pose
            latents[latent.name] = np.roll(moved[latent.name], -1, axis=0)
        elif latent.per_frame:
            last = latents[latent.name][:, -1:]
            latents[latent.name] = np.repeat(last, len(times), axis=1)
    drawn = subject.decode(latents, context[:, -1])
    truth = None
    if missing_need(subject, TRUTH_NEEDS) is None:
        truth = _truth(subject, times)
    return Swaps(drawn, truth, times)


def compute(subject: Subject) -> Findings:
    """`swap/psnr`, pooled over all swapped frames, and a grid of swaps."""
    key, figures = "swap/psnr", _grid(subject)
    swaps = subject.once(make_swaps)
    if swaps.truth is None:
        reason = missing_need(subject, TRUTH_NEEDS)
        return Findings(absent_entries([key], reason), figures=figures)
    errors = squared_errors(swaps.drawn, swaps.truth)
    errors = errors.mean(axis=1, keepdims=True)  # [clips, 1]
    score = psnr_entry(key, errors, subject, by_step=False)
    return Findings({key: score}, {key: errors}, figures)


GROUP = MetricGroup(
    compute,
    "Content of one clip with the pose of another, against the drawn truth.",
    keys=("swap",),
    needs=SWAP_NEEDS,
    absent_keys=("swap/psnr",),
    figures={"swap.png": "Contents (rows) with the poses of others (columns)."},
)


def _truth(subject: Subject, times: np.ndarray) -> np.ndarray:
    clips, frames = subject.clips, []
    for clip in range(len(clips)):
        other = (clip + 1) % len(clips)
        content = {k: v[clip] for k, v in clips.content.items()}
        instance = {k: v[clip] for k, v in clips.instance.items()}
        pose = {k: v[other, times] for k, v in clips.pose.items()}
        drawn = subject.builder.render(content, pose, instance or None)
        frames.append(drawn)
    return np.stack(frames)  # [clips, frames, height, width, channel]


def _grid(subject: Subject) -> dict[str, bytes]:
    """Contents of the first clips with the poses of those that follow."""
    video = subject.clips.video
    count = min(GRID_SIZE, len(video) // 2)
    if not count:
        return {}
    of_content, of_pose = video[:count], video[count : 2 * count]
    contents = subject.encode(of_content[:, : subject.context])
    frames = of_pose[:, subject.context - 1]
    poses = subject.encode_images(frames)
    grid = {}
    for latent in subject.model.latents:
        code = contents[latent.name]
        if latent.role != "content":  # every content with every pose
            code = poses[latent.name].reshape(1, count, *latent.code_shape)
            code = np.repeat(code, count, axis=0)
        elif latent.per_frame:
            code = np.repeat(code[:, -1:], count, axis=1)
        grid[latent.name] = code  # [count, count, ...] where per frame
    references = of_content[:, subject.context - 1]
    drawn = subject.decode(grid, references)
    return {"swap.png": encode_png(swap_grid(references, frames, drawn))}
