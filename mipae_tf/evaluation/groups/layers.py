"""Pictures of the objects that a model finds: alone, and exchanged."""

from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.objects.masks import hard_labels
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.boxes import draw_boxes
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.png import encode_png
from mipae_tf.visual.side_by_side import side_by_side

DRAWN_CLIPS = 3
COLUMNS = 10  # frames in a row
SCALE = 3  # at 2, the labels of 32 x 32 pixels do not fit

Codes = Mapping[str, np.ndarray]


def compute(subject: Subject) -> Findings:
    """Pictures of the clips in which most objects are found; no number.

    `detections.png` draws a box around every object in true frames. Where the
    model draws in layers, `layers.png` has each of them alone. Where objects
    have a content of their own, `edit.png` and `edit.gif` decode a clip with
    the background of another clip, and with the contents of its objects.
    """
    shares = subject.once(Subject.segment)
    labels = hard_labels(shares)
    found = labels[..., None] == np.arange(shares.shape[-1])
    visible = found.any(axis=(2, 3)).sum(axis=(1, 2))  # [clips]
    clips = np.argsort(-visible, kind="stable")[:DRAWN_CLIPS]
    video = subject.clips.video[clips]
    figures = {"detections.png": _detections(video, found[clips])}
    model = subject.model
    if model.offers("draw_layers"):
        alone = np.asarray(model.draw_layers(video))
        figures["layers.png"] = _layers(video, alone)
    edits = _edits(subject, video) if len(clips) > 1 else {}
    if edits:
        figures["edit.png"] = _strips(video, edits)
        figures["edit.gif"] = _animation(video[:2], edits)
    return Findings({}, figures=figures)


GROUP = MetricGroup(
    compute,
    "The objects that the model finds: in the frames, each layer alone, and in "
    "front of another background or with the contents of other objects.",
    keys=("layers",),
    needs=Needs(offers=("segment",)),
    figures={
        "detections.png": "The objects found in true frames.",
        "layers.png": "Each layer alone.",
        "edit.png": "Clips with the background of the next one, and with the "
        "contents of its objects.",
        "edit.gif": "The first of them, moving.",
    },
)


def _some(rows: np.ndarray) -> np.ndarray:
    """At most `COLUMNS` frames of a row, spread over its time."""
    times = np.linspace(0, len(rows) - 1, min(COLUMNS, len(rows)))
    return rows[np.round(times).astype(int)]


def _detections(video: np.ndarray, found: np.ndarray) -> bytes:
    rows = [
        draw_boxes(_some(frames), _some(masks), SCALE)
        for frames, masks in zip(video, found, strict=True)
    ]
    return encode_png(strip(rows, scale=1))


def _layers(video: np.ndarray, layers: np.ndarray) -> bytes:
    rows, labels = [], []
    for frames, alone in zip(video, layers, strict=True):
        rows.append(_some(frames))
        rows += list(np.moveaxis(to_uint8(_some(alone)), 1, 0))
        labels += ["frame", *(f"layer {n}" for n in range(alone.shape[1]))]
    return encode_png(strip(rows, labels))


def _edits(subject: Subject, video: np.ndarray) -> dict[str, np.ndarray]:
    """By name, the clips `[clips, time, ...]`, edited by the next clip."""
    model = subject.model
    if not (model.offers("encode") and model.offers("decode")):
        return {}
    contents = model.latents_of("content")
    scene = [each.name for each in contents if not each.objects]
    objects = [each.name for each in contents if each.objects]
    if not objects:
        return {}
    codes = subject.encode(video)
    other = np.roll(np.arange(len(video)), -1)
    edits = {"decoded": {}}
    if scene:
        edits["other background"] = {k: codes[k][other] for k in scene}
    edits["other contents"] = _other_contents(subject, codes, objects, other)
    reference = video[:, subject.context - 1]
    return {
        name: subject.decode({**codes, **changed}, reference)
        for name, changed in edits.items()
    }


def _other_contents(
    subject: Subject, codes: Codes, names: list[str], other: np.ndarray
) -> dict[str, np.ndarray]:
    """The contents of the objects of other clips.

    The object that is longest present gets the content of the one that is in
    the other clip, and so on.
    """
    count = codes[names[0]].shape[1]
    order = np.tile(np.arange(count), (len(other), 1))  # [clips, objects]
    for latent in subject.model.latents_of("presence"):
        present = codes[latent.name].mean(axis=(1, 3))  # [clips, objects]
        order = np.argsort(-present, axis=1, kind="stable")
    changed = {}
    for name in names:
        changed[name] = codes[name].copy()
        for clip, source in enumerate(other):
            mine, theirs = order[clip], order[source]
            changed[name][clip, mine] = codes[name][source, theirs]
    return changed


def _strips(video: np.ndarray, edits: Mapping[str, np.ndarray]) -> bytes:
    rows, labels = [], []
    others = np.roll(video, -1, axis=0)
    for clips in zip(video, others, *edits.values(), strict=True):
        rows += clips
        labels += ["clip", "other clip", *edits]
    return encode_png(strip([_some(row) for row in rows], labels))


def _animation(video: np.ndarray, edits: Mapping[str, np.ndarray]) -> bytes:
    clips = [*video, *(drawn[0] for drawn in edits.values())]
    labels = ["clip", "other clip", *edits]
    return encode_gif(side_by_side(clips, labels, scale=SCALE))
