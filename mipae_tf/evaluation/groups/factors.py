"""What each factor of a model encodes, and what it moves."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from scipy.optimize import linear_sum_assignment

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.entries import entry_or_reason
from mipae_tf.evaluation.judges import judge_of_positions
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import require
from mipae_tf.evaluation.probing import probe_entry
from mipae_tf.evaluation.probing import probed_times
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import entry
from mipae_tf.models import Latent
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.heatmap import heatmap
from mipae_tf.visual.side_by_side import side_by_side

# Clips of which each factor's generation is decoded, and clips that are drawn.
DECODED_CLIPS = 200
DRAWN_CLIPS = 6
SUMMARY_KEYS = ("factors/held", "factors/alone")
# Names of the coordinates of each object, by the name of the object.
Objects = Mapping[str, Sequence[str]]


def compute(subject: Subject) -> Findings:
    """`factors/read/FACTOR/OBJECT`, `factors/moves/FACTOR/OBJECT`, a summary.

    `read` is the R² of an object's position, the mean over its coordinates,
    that an MLP predicts from the factor's means. For `moves` one factor alone
    follows a clip while the others stay as in its first frame: the variance
    over time of the object's judged position in the decoded frames, as a share
    of the true one. `factors/held` is the gap of `read` between the factor
    that encodes an object and the best of the others, the mean over objects.
    `factors/alone` is the share of what a factor moves that is its own object,
    the mean over matched factors: 1 is best, 1/n is chance for n objects.
    Factors are matched to objects so that the sum of `read` is highest.
    """
    drawn = single_factor_generations(subject)
    figures = {"factors.gif": _animation(subject, drawn)}
    try:
        require(subject, Needs(factors="position"))
        objects = {
            f"object_{index}": list(names.values())
            for index, names in subject.clips.objects().items()
        }
        read, count = _read(subject, objects)
    except AbsentMetric as reason:
        return Findings(absent_entries(SUMMARY_KEYS, reason), figures=figures)
    figures["factors.png"] = _picture(read, objects)
    metrics = _entries("read", read, objects, count)
    metrics["factors/held"] = entry_or_reason(_held, read, count)
    try:
        moves = _moves(subject, drawn, objects)
        metrics |= _entries("moves", moves, objects, drawn.shape[1])
        metrics["factors/alone"] = _alone(read, moves, drawn.shape[1])
    except AbsentMetric as reason:
        metrics |= absent_entries(["factors/alone"], reason)
    return Findings(metrics, figures=figures)


GROUP = MetricGroup(
    compute,
    "Which object each factor of the code encodes, and what moves when that "
    "factor alone follows the clip.",
    keys=("factors",),
    needs=Needs(offers=("encode", "decode"), object_latents=True),
    absent_keys=SUMMARY_KEYS,
    figures={
        "factors.gif": "Each factor follows the clip by itself, the others "
        "stay as in its first frame.",
        "factors.png": "How well each object's position is read from each "
        "factor.",
    },
)


def single_factor_generations(subject: Subject) -> np.ndarray:
    """uint8 `[factors, clips, time, height, width, channel]`.

    Each factor by itself follows the clip, the others stay as they are in its
    first frame.
    """
    moving = _of_objects(subject)
    video = subject.clips.video[:DECODED_CLIPS]
    latents = subject.encode(video)
    drawn = []
    for factor in progress(
        range(moving[0].objects), "moving factors", "factor"
    ):
        changed = dict(latents)
        for latent in moving:
            codes = latents[latent.name]  # [clips, time, factors, ...]
            alone = np.repeat(codes[:, :1], codes.shape[1], axis=1)
            alone[:, :, factor] = codes[:, :, factor]
            changed[latent.name] = alone
        drawn.append(subject.decode(changed, video[:, 0]))
    return np.stack(drawn)


def _of_objects(subject: Subject) -> list[Latent]:
    """Latents with a code for each object (or factor) of every frame."""
    latents = subject.model.latents
    return [each for each in latents if each.objects and each.per_frame]


def _read(subject: Subject, objects: Objects) -> tuple[np.ndarray, int]:
    """R² `[factors, objects]` of positions, and the frames it is measured on.

    Raises:
        AbsentMetric: an object that never moves, or a single clip or
            source.
    """
    clips, times = subject.clips, probed_times(subject.clips)
    latents, moving = subject.encode(clips.video), _of_objects(subject)
    factors = moving[0].objects
    codes = [
        latents[each.name][:, times].reshape(-1, factors, each.size)
        for each in moving
    ]
    flat = np.concatenate(codes, axis=-1)  # [frames, factors, dim]
    scores = np.zeros((factors, len(objects)))
    for factor in progress(range(factors), "reading factors", "factor"):
        for column, names in enumerate(objects.values()):
            rows = [
                probe_entry(
                    name,
                    flat[:, factor],
                    clips.values[name][:, times].reshape(-1),
                    False,
                    subject.seed,
                    better="none",
                    sources=clips.sources,
                )
                for name in names
            ]
            scores[factor, column] = np.mean([row["value"] for row in rows])
    return scores, rows[0]["count"]  # the same clips for all


def _moves(subject: Subject, drawn: np.ndarray, objects: Objects) -> np.ndarray:
    """Share `[factors, objects]` of each object's motion that is drawn.

    Raises:
        AbsentMetric: an object that never moves, no judge, or one that sees no
            positions.
    """
    names = [name for of_object in objects.values() for name in of_object]
    judge = judge_of_positions(subject, names)
    values, clips = subject.clips.values, drawn.shape[1]
    true = [
        sum(_motion(values[name][:clips]) for name in of_object)
        for of_object in objects.values()
    ]
    if not all(true):
        raise AbsentMetric("An object moves in no clip.")
    moved = []
    for video in drawn:
        found = judge.judge(video.reshape(-1, *video.shape[2:]))[1]
        moved.append(
            [
                sum(_motion(found[n].reshape(drawn.shape[1:3])) for n in names)
                for names in objects.values()
            ]
        )
    return np.array(moved) / true


def _motion(positions: np.ndarray) -> float:
    """Variance over time of `[clips, time]`, the mean over clips."""
    return float(np.var(positions, axis=1).mean())


def _entries(
    kind: str, scores: np.ndarray, objects: Objects, count: int
) -> dict[str, dict]:
    found = {}
    for factor, row in enumerate(scores):
        for name, score in zip(objects, row, strict=True):
            key = f"factors/{kind}/factor_{factor}/{name}"
            # High for one of the objects, and low for the others.
            found[key] = entry(key, score, count=count, better="none")
    return found


def _held(read: np.ndarray, count: int) -> dict:
    if len(read) < 2:
        raise AbsentMetric("The model has a single factor.")
    best = np.sort(read, axis=0)[-2:]  # [second and first, objects]
    gap = float((best[1] - best[0]).mean())
    return entry("factors/held", gap, count=count, better="higher")


def _alone(read: np.ndarray, moves: np.ndarray, count: int) -> dict:
    if moves.shape[1] < 2:
        raise AbsentMetric("The clips have a single object.")
    factors, objects = linear_sum_assignment(read, maximize=True)
    whole = moves[factors].sum(axis=1)
    if not (whole > 0).all():
        raise AbsentMetric("A factor moves nothing.")
    share = moves[factors, objects] / whole
    value = float(share.mean())
    return entry("factors/alone", value, count=count, better="higher")


def _animation(subject: Subject, drawn: np.ndarray) -> bytes:
    truth = subject.clips.video[:DRAWN_CLIPS]
    labels = ["truth", *(f"factor {factor}" for factor in range(len(drawn)))]
    videos = [truth, *drawn[:, :DRAWN_CLIPS]]
    return encode_gif(side_by_side(videos, labels), fps=6)


def _picture(read: np.ndarray, objects: Objects) -> bytes:
    return heatmap(
        read,
        [f"factor {factor}" for factor in range(len(read))],
        list(objects),
        "Positions of objects (columns) from factors (rows)",
        "R²",
        centre=0.0,
    )
