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
    flat = codes.reshape(len(codes), -1)  # [clips, dim]
    spread = flat.std(axis=0)
    order = np.argsort(-spread)[:SHOWN]
    moved = np.tile(flat[0], (len(order), STEPS, 1))  # [rows, steps, dim]
    shifts = np.linspace(-REACH, REACH, STEPS)
    for row, dim in enumerate(order):
        moved[row, :, dim] += shifts * spread[dim]
    kept = np.zeros(len(order), int)
    drawn = _drawn(subject, latents, {moving: moved}, frames, kept)
    return encode_png(strip(list(drawn), [f"{moving} {dim}" for dim in order]))


def _interpolation(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    moving: str,
    content: str,
    frames: np.ndarray,
) -> bytes:
    kept = np.arange(min(SHOWN // 2, len(frames) - 1))
    share = np.linspace(0, 1, STEPS, dtype=np.float32)[None, :, None]
    rows = []
    for name in (moving, content):
        code = latents[name].reshape(len(frames), -1)[:, None]
        between = code[kept] + share * (code[kept + 1] - code[kept])
        rows.append(_drawn(subject, latents, {name: between}, frames, kept))
    pairs = zip(*rows, strict=True)
    labels = ["pose", "content"] * len(kept)
    return encode_png(strip([row for pair in pairs for row in pair], labels))


def _drawn(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    changed: Mapping[str, np.ndarray],
    frames: np.ndarray,
    kept: np.ndarray,
) -> np.ndarray:
    """Frames `[rows, steps, height, width, channel]`, each a clip of its own.

    Args:
        subject: whose model draws.
        latents: of the `frames`, one of each clip.
        changed: codes `[rows, steps, dim]` instead of those.
        frames: uint8 `[clips, height, width, channel]`.
        kept: the clip of each row that gives everything else, `[rows]`.
    """
    clips = np.repeat(kept, STEPS)
    codes = {name: code[clips] for name, code in latents.items()}
    for name, values in changed.items():
        codes[name] = values.reshape(codes[name].shape).astype(np.float32)
    drawn = subject.decode(codes, frames[clips])
    return drawn.reshape(len(kept), STEPS, *frames.shape[1:])
