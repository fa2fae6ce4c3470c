"""What each number of a code does to the picture."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

# Rows and columns of the pictures.
SHOWN = 8
STEPS = 9
# Standard deviations to both sides.
REACH = 2.0


def measure(subject: Subject) -> Findings:
    """`traversal.png` and `interpolation.png`; no number.

    A traversal moves one dimension of the pose (of the state or the factors,
    for a model without pose), of those that vary most over clips, two
    standard deviations to both sides of a frame's own. An interpolation goes
    from the pose of one clip to that of the next, content kept, and from one
    content to the next, pose kept.
    """
    clips = subject.clips.take(slice(64))
    frames = clips.video[:, subject.context - 1]
    latents = subject.encode(frames[:, None])
    roles = map(subject.latent_of, ("pose", "state", "factor"))
    moving = next(filter(None, roles), None)
    if moving is None:
        return Findings({})
    figures = {"traversal.png": _traversal(subject, latents, moving, frames)}
    content = subject.latent_of("content")
    if content is not None and len(frames) > 1:
        figures["interpolation.png"] = _interpolation(
            subject, latents, moving, content, frames
        )
    return Findings({}, figures=figures)


def _traversal(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    moving: str,
    frames: np.ndarray,
) -> bytes:
    codes = latents[moving][:, 0]  # [clips, ..., dim]
    shape, codes = codes.shape[1:], codes.reshape(len(codes), -1)
    spread = codes.std(axis=0)
    order = np.argsort(-spread)[:SHOWN]
    moved = np.repeat(codes[:1, None], STEPS, axis=1)  # [1, steps, dim]
    moved = np.repeat(moved, len(order), axis=0)  # [rows, steps, dim]
    shifts = np.linspace(-REACH, REACH, STEPS)
    for row, dim in enumerate(order):
        moved[row, :, dim] += shifts * spread[dim]
    moved = moved.reshape(*moved.shape[:2], *shape)  # [rows, steps, ..., dim]
    first = {
        name: np.repeat(code[:1], len(order), axis=0)
        for name, code in latents.items()
    }
    reference = np.repeat(frames[:1], len(order), axis=0)
    drawn = subject.decode({**first, moving: moved}, reference)
    return encode_png(strip(list(drawn), [f"{moving} {dim}" for dim in order]))


def _interpolation(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    moving: str,
    content: str,
    frames: np.ndarray,
) -> bytes:
    count = min(SHOWN // 2, len(frames) - 1)
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[None, :, None]
    start, end = (latents[moving][first:][:count] for first in (0, 1))
    between = start + share * (end - start)  # [rows, steps, dim]
    rows = {name: code[:count] for name, code in latents.items()}
    of_pose = subject.decode({**rows, moving: between}, frames[:count])
    start, end = (latents[content][first:][:count] for first in (0, 1))
    mixed = start[:, None] + share * (end - start)[:, None]
    steps = count * STEPS
    flat = {
        name: np.repeat(code, STEPS, axis=0) for name, code in rows.items()
    }  # [rows·steps, ...]
    flat[content] = mixed.reshape(steps, -1)
    of_content = subject.decode(flat, np.repeat(frames[:count], STEPS, axis=0))
    of_content = of_content.reshape(count, STEPS, *frames.shape[1:])
    pairs = zip(of_pose, of_content, strict=True)
    labels = ["pose", "content"] * count
    return encode_png(strip([row for pair in pairs for row in pair], labels))
