"""What each factor of a model holds, and what it moves."""

import numpy as np
from scipy.optimize import linear_sum_assignment

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.judges import judge_of_places
from mipae_tf.evaluation.probing import FRAMES
from mipae_tf.evaluation.probing import probe_entry
from mipae_tf.evaluation.probing import probed_times
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry
from mipae_tf.models import Latent
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.heatmap import heatmap
from mipae_tf.visual.side_by_side import side_by_side

# Clips of which each factor's generation is drawn, and those shown.
CLIPS = 200
SHOWN = 6
SUMMARY = ("factors/held", "factors/alone")


def measure(subject: Subject) -> Findings:
    """`factors/read/FACTOR/OBJECT`, `factors/moves/FACTOR/OBJECT`, and a sum.

    `read` is the R² of an object's position, the mean over its coordinates,
    that an MLP reads from the factor's means. For `moves` one factor alone
    goes along with a clip while the others stay as in its first frame: the
    variance over time of the object's judged position in what is then drawn,
    as a share of the true one's. `factors/held` is the gap of `read` between
    the factor that holds an object and the best of the others, the mean over
    objects; `factors/alone` the share of what a factor moves that is its own
    object, the mean over matched factors: 1 is best, one part in so many
    objects is chance. Factors are matched to objects where the sum of `read`
    is highest.
    """
    reason = lacks(subject, "encode", "decode")
    if reason is None and not _of_objects(subject):
        reason = f"{subject.model.title} has no factors."
    if reason:
        return Findings({key: absent(reason) for key in SUMMARY})
    drawn = single_factor_generations(subject)
    figures = {"factors.gif": _animation(subject, drawn)}
    objects = {
        f"object_{index}": list(places.values())
        for index, places in subject.clips.objects().items()
    }
    if not objects:
        reason = f"{subject.clips.name} knows no positions."
        metrics = {key: absent(reason) for key in SUMMARY}
        return Findings(metrics, figures=figures)
    try:
        read = _read(subject, objects)
    except AbsentMetric as reason:
        metrics = {key: absent(str(reason)) for key in SUMMARY}
        return Findings(metrics, figures=figures)
    scored = FRAMES * (len(subject.clips) - len(subject.clips) // 2)
    metrics = _entries("read", read, objects, scored)
    metrics |= {"factors/held": _held(read, scored)}
    figures["factors.png"] = _picture(read, objects)
    try:
        moves = _moves(subject, drawn, objects)
    except AbsentMetric as reason:
        metrics |= {"factors/alone": absent(str(reason))}
        return Findings(metrics, figures=figures)
    count = drawn.shape[1]
    metrics |= _entries("moves", moves, objects, count)
    metrics |= {"factors/alone": _alone(read, moves, count)}
    return Findings(metrics, figures=figures)


def single_factor_generations(subject: Subject) -> np.ndarray:
    """uint8 `[factors, clips, time, height, width, channel]`.

    Each factor by itself goes along with the clip, the others stay as they
    are in its first frame.
    """
    moving = _of_objects(subject)
    video = subject.clips.video[:CLIPS]
    latents = subject.encode(video)
    drawn = []
    for factor in progress(
        range(moving[0].objects), "moving factors", "factor"
    ):
        shown = dict(latents)
        for latent in moving:
            codes = latents[latent.name]  # [clips, time, factors, ...]
            alone = np.repeat(codes[:, :1], codes.shape[1], axis=1)
            alone[:, :, factor] = codes[:, :, factor]
            shown[latent.name] = alone
        drawn.append(subject.decode(shown, video[:, 0]))
    return np.stack(drawn)


def _of_objects(subject: Subject) -> list[Latent]:
    """Latents with a code for each object (or factor) of every frame."""
    latents = subject.model.latents
    return [each for each in latents if each.objects and each.per_frame]


def _read(subject: Subject, objects) -> np.ndarray:
    """R² `[factors, objects]` of positions from each factor.

    Raises:
        AbsentMetric: an object that is in one place always, or one clip.
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
            scores[factor, column] = np.mean(
                [
                    probe_entry(
                        name,
                        flat[:, factor],
                        clips.values[name][:, times].reshape(-1),
                        False,
                        subject.seed,
                        better="none",
                    )["value"]
                    for name in names
                ]
            )
    return scores


def _moves(subject: Subject, drawn: np.ndarray, objects) -> np.ndarray:
    """Share `[factors, objects]` of each object's motion that is drawn.

    Raises:
        AbsentMetric: no judge, or one that sees no positions.
    """
    places = [name for names in objects.values() for name in names]
    judge = judge_of_places(subject, places)
    values, clips = subject.clips.values, drawn.shape[1]
    true = [
        sum(_motion(values[name][:clips]) for name in names)
        for names in objects.values()
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


def _motion(places: np.ndarray) -> float:
    """Variance over time of places `[clips, time]`, the mean over clips."""
    return float(np.var(places, axis=1).mean())


def _entries(kind: str, scores: np.ndarray, objects, count: int) -> dict:
    found = {}
    for factor, row in enumerate(scores):
        for name, score in zip(objects, row, strict=True):
            key = f"factors/{kind}/factor_{factor}/{name}"
            # High for one of the objects, and low for the others.
            found[key] = entry(key, score, count=count, better="none")
    return found


def _held(read: np.ndarray, count: int) -> dict:
    if len(read) < 2:
        return absent("One factor alone holds everything.")
    best = np.sort(read, axis=0)[-2:]  # [second and first, objects]
    gap = float((best[1] - best[0]).mean())
    return entry("factors/held", gap, count=count, better="higher")


def _alone(read: np.ndarray, moves: np.ndarray, count: int) -> dict:
    if moves.shape[1] < 2:
        return absent("One object alone is all that can be moved.")
    factors, objects = linear_sum_assignment(read, maximize=True)
    whole = moves[factors].sum(axis=1)
    if not (whole > 0).all():
        return absent("A factor moves nothing.")
    share = moves[factors, objects] / whole
    value = float(share.mean())
    return entry("factors/alone", value, count=count, better="higher")


def _animation(subject: Subject, drawn: np.ndarray) -> bytes:
    truth = subject.clips.video[:SHOWN]
    labels = ["truth", *(f"factor {factor}" for factor in range(len(drawn)))]
    videos = [truth, *drawn[:, :SHOWN]]
    return encode_gif(side_by_side(videos, labels), fps=6)


def _picture(read: np.ndarray, objects) -> bytes:
    return heatmap(
        read,
        [f"factor {factor}" for factor in range(len(read))],
        list(objects),
        "Positions of objects (columns) from factors (rows)",
        "R²",
        centre=0.0,
    )
