"""Whether a model knows that a wall sends things on at random."""

from typing import NamedTuple

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.judges import judge_of_places
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.energy_score import energy_score
from mipae_tf.metrics.result import absent

# Frames after the wall at which samples are compared with the law.
AFTER = 3
FEWEST = 4
# Samples of the law.
LAW = 200


class Bounce(NamedTuple):
    """The first wall that an object meets in the predicted frames.

    Attributes:
        clip: index of the clip.
        coordinates: names of the object's coordinates, x and y.
        time: index of the frame in which it is at the wall.
    """

    clip: int
    coordinates: tuple[str, str]
    time: int


def measure(subject: Subject) -> Findings:
    """`bounce/energy/ROW` and `bounce/spread_…/ROW`, in pixels.

    The energy score, lower is better, of an object's place three frames after
    a wall that turned it at random: of the model's samples, judged
    (`forecast`), of samples of the true law (`law`, which no model can beat
    but by chance), and of the law's mean, taken for certain (`law_mean`). The
    spread is the deviation of samples from their mean, `at_wall` where
    nothing is left to chance yet, and `after`.
    """
    keys = ("bounce/energy/forecast", "bounce/spread_after/forecast")
    try:
        bounces = find_bounces(subject)
        places = _forecast_places(subject, bounces)
    except AbsentMetric as reason:
        return Findings({key: absent(str(reason)) for key in keys})
    truth = _paths(subject, bounces)[:, 2 + AFTER]
    law = _law_places(subject, bounces)
    mean = np.broadcast_to(law.mean(axis=0), law.shape)
    energies = {
        "energy/forecast": energy_score(places[:, :, 1], truth),
        "energy/law": energy_score(law, truth),
        "energy/law_mean": energy_score(mean, truth),
    }
    spreads = {
        "spread_at_wall/forecast": _spread(places[:, :, 0]),
        "spread_after/forecast": _spread(places[:, :, 1]),
        "spread_after/law": _spread(law),
    }
    return Findings(
        {
            f"bounce/{name}": or_absent(
                mean_entry,
                f"bounce/{name}",
                values[:, None],
                subject.seed,
                by_step=False,
                better="lower" if name in energies else "none",
            )
            for name, values in (energies | spreads).items()
        }
    )


def find_bounces(subject: Subject) -> list[Bounce]:
    """First walls met after the context, with `AFTER` frames to follow.

    Raises:
        AbsentMetric: where walls turn nothing at random, too few are met, or
            the model forecasts nothing.
    """
    reason = lacks(subject, "forecast")
    if reason:
        raise AbsentMetric(reason)
    if not getattr(subject.builder, "has_futures", False):
        reason = f"{subject.clips.name} has no wall that turns at random."
        raise AbsentMetric(reason)
    if subject.context < 3:
        raise AbsentMetric(
            "Three frames of context are needed to know how things move; "
            f"there are {subject.context}."
        )
    values, found = subject.clips.values, []
    for places in subject.clips.objects().values():
        if set(places) != {"x", "y"}:
            continue
        names = places["x"], places["y"]
        path = np.stack([values[name] for name in names], axis=-1)
        speed = np.diff(path, axis=1)  # [clips, time - 1, 2]
        turned = np.any(np.diff(speed, axis=1), axis=-1)  # from frame 2 on
        # The frame before must be straight, or its speed is not known.
        ahead = turned[:, subject.context - 3 :]
        for clip in np.flatnonzero(~ahead[:, 0] & ahead.any(axis=1)):
            time = subject.context - 1 + int(ahead[clip].argmax())
            if time + AFTER < subject.context + subject.horizon:
                found.append(Bounce(int(clip), names, time))
    if len(found) < FEWEST:
        raise AbsentMetric(
            f"{len(found)} bounces are too few; {FEWEST} are needed."
        )
    return found


def _paths(subject: Subject, bounces: list[Bounce]) -> np.ndarray:
    """True places from two frames before the wall on, `[bounces, time, 2]`."""
    steps = np.arange(-2, AFTER + 1)
    return np.stack(
        [
            np.stack(
                [
                    subject.clips.values[name][bounce.clip, bounce.time + steps]
                    for name in bounce.coordinates
                ],
                axis=-1,
            )
            for bounce in bounces
        ]
    )


def _law_places(subject: Subject, bounces: list[Bounce]) -> np.ndarray:
    """Samples `[samples, bounces, 2]` of the law, `AFTER` the wall."""
    before, last = np.moveaxis(_paths(subject, bounces)[:, :2], 1, 0)
    return np.stack(
        [
            subject.builder.sample_futures(before, last, AFTER + 1, seed)[:, -1]
            for seed in range(LAW)
        ]
    )


def _forecast_places(subject: Subject, bounces: list[Bounce]) -> np.ndarray:
    """Judged places `[samples, bounces, 2, 2]`, at the wall and after it.

    Raises:
        AbsentMetric: no judge, or one that cannot tell the objects apart.
    """
    places = [name for bounce in bounces for name in bounce.coordinates]
    judge = judge_of_places(subject, places)
    clips = np.array([b.clip for b in bounces])
    at_wall = np.array([b.time for b in bounces]) - subject.context
    count = max(2, subject.options.samples) if subject.model.stochastic else 1
    found = []
    for sample in progress(range(count), "judging bounces", "sample"):
        video = subject.forecast(sample)
        found.append(
            np.stack(
                [
                    _judged(judge, video[clips, at_wall + later], bounces)
                    for later in (0, AFTER)
                ],
                axis=1,
            )
        )
    return np.stack(found * (2 if count == 1 else 1))


def _judged(judge, frames: np.ndarray, bounces: list[Bounce]) -> np.ndarray:
    """Place `[bounces, 2]` of each bounce's object in its frame."""
    places = judge.judge(frames)[1]
    rows = range(len(bounces))
    return np.array(
        [
            [places[name][row] for name in bounces[row].coordinates]
            for row in rows
        ]
    )


def _spread(places: np.ndarray) -> np.ndarray:
    """Deviation `[bounces]` of samples `[samples, bounces, 2]`."""
    return np.sqrt(np.var(places, axis=0, ddof=1).sum(axis=-1))
