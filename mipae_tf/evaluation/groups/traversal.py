"""What each dimension of a code does to the picture."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.models import Latent
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png

# Roles that a traversal changes: the first that a model has.
TRAVERSED_ROLES = ("pose", "state", "factor")
# Clips that are encoded, and rows and columns of the pictures.
ENCODED_CLIPS = 64
ROWS = 8
COLUMNS = 9
# Standard deviations to both sides.
DEVIATIONS = 2.0


def compute(subject: Subject) -> Findings:
    """`traversal.png` and `interpolation.png`; no number.

    A traversal changes one dimension of the pose (of the state or the factors,
    for a model without pose), of those that vary most over clips, by up to two
    standard deviations to both sides of a frame's own. An interpolation goes
    from the pose of one clip to that of the next with the content kept, and
    from one content to the next with the pose kept.
    """
    model = subject.model
    clips = subject.clips.take(slice(ENCODED_CLIPS))
    moving = next(filter(None, map(model.latents_of, TRAVERSED_ROLES)))
    frames = clips.video[:, subject.context - 1]
    latents = subject.encode(frames[:, None])
    figures = {"traversal.png": _traversal(subject, latents, moving, frames)}
    content = model.latents_of("content")
    if content and len(frames) > 1:
        figures["interpolation.png"] = _interpolation(
            subject, latents, moving, content, frames
        )
    return Findings({}, figures=figures)


GROUP = MetricGroup(
    compute,
    "What each dimension of the code does to the picture.",
    keys=("traversal",),
    needs=Needs(offers=("encode", "decode"), any_role=TRAVERSED_ROLES),
    figures={
        "traversal.png": "One dimension a row, two standard deviations to both "
        "sides.",
        "interpolation.png": "From one pose, and one content, to another.",
    },
)


def _traversal(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    moving: Sequence[Latent],
    frames: np.ndarray,
) -> bytes:
    flat = _together(latents, moving)  # [clips, dim]
    spread = flat.std(axis=0)
    order = np.argsort(-spread)[:ROWS]
    moved = np.tile(flat[0], (len(order), COLUMNS, 1))  # [rows, steps, dim]
    shifts = np.linspace(-DEVIATIONS, DEVIATIONS, COLUMNS)
    for row, dim in enumerate(order):
        moved[row, :, dim] += shifts * spread[dim]
    kept = np.zeros(len(order), int)
    drawn = _drawn(subject, latents, moving, moved, frames, kept)
    names = [
        f"{latent.name} {dim}"
        for latent in moving
        for dim in range(latents[latent.name][0].size)
    ]
    return encode_png(strip(list(drawn), [names[dim] for dim in order]))


def _interpolation(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    moving: Sequence[Latent],
    content: Sequence[Latent],
    frames: np.ndarray,
) -> bytes:
    kept = np.arange(min(ROWS // 2, len(frames) - 1))
    share = np.linspace(0, 1, COLUMNS, dtype=np.float32)[None, :, None]
    rows = []
    for chosen in (moving, content):
        code = _together(latents, chosen)[:, None]  # [clips, 1, dim]
        between = code[kept] + share * (code[kept + 1] - code[kept])
        rows.append(_drawn(subject, latents, chosen, between, frames, kept))
    pairs = zip(*rows, strict=True)
    labels = ["pose", "content"] * len(kept)
    return encode_png(strip([row for pair in pairs for row in pair], labels))


def _together(
    latents: Mapping[str, np.ndarray], chosen: Sequence[Latent]
) -> np.ndarray:
    """Concatenated codes of some latents, `[clips, dim]`."""
    codes = [latents[each.name] for each in chosen]
    return np.concatenate([x.reshape(len(x), -1) for x in codes], axis=1)


def _drawn(
    subject: Subject,
    latents: Mapping[str, np.ndarray],
    chosen: Sequence[Latent],
    changed: np.ndarray,
    frames: np.ndarray,
    kept: np.ndarray,
) -> np.ndarray:
    """Frames `[rows, columns, height, width, channel]`, decoded one by one.

    Args:
        subject: whose model draws.
        latents: codes of `frames`, one frame of each clip.
        chosen: latents whose codes are changed.
        changed: their new codes, concatenated, `[rows, columns, dim]`.
        frames: uint8 `[clips, height, width, channel]`.
        kept: index of the clip that gives the other latents, `[rows]`.
    """
    clips = np.repeat(kept, COLUMNS)
    codes = {name: code[clips] for name, code in latents.items()}
    sizes = [latents[each.name][0].size for each in chosen]
    parts = np.split(changed, np.cumsum(sizes)[:-1], axis=-1)
    for latent, values in zip(chosen, parts, strict=True):
        values = values.reshape(codes[latent.name].shape)
        codes[latent.name] = values.astype(np.float32)
    drawn = subject.decode(codes, frames[clips])
    return drawn.reshape(len(kept), COLUMNS, *frames.shape[1:])
