"""Whether forecasts after a random bounce spread as the data do."""

from typing import NamedTuple

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.judges import judge_of_positions
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.energy_score import energy_score

# Frames after the wall at which forecasts are compared with the data.
FRAMES_AFTER_WALL = 3
FEWEST_BOUNCES = 4
# Samples drawn from the true distribution.
TRUE_SAMPLES = 200


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


def compute(subject: Subject) -> Findings:
    """`bounce/energy/ROW` and `bounce/spread_…/ROW`, in pixels.

    The energy score, lower is better, of an object's position three frames
    after a wall that changed its velocity at random. ROW is `forecast`, the
    model's samples as the judge locates them; `law`, samples of the true
    distribution, which a model can only beat by chance; or `law_mean`, the
    mean of that distribution as a certain prediction. The spread is the
    deviation of samples from their mean: `at_wall`, where the future is still
    certain, and `after`.

    Raises:
        AbsentMetric: too few bounces, no judge, or one that cannot tell the
            objects apart.
    """
    bounces = find_bounces(subject)
    forecast = _forecast_positions(subject, bounces)
    truth = _true_positions(subject, bounces)[:, 2 + FRAMES_AFTER_WALL]
    law = _law_positions(subject, bounces)
    law_mean = np.broadcast_to(law.mean(axis=0), law.shape)
    energies = {
        "energy/forecast": energy_score(forecast[:, :, 1], truth),
        "energy/law": energy_score(law, truth),
        "energy/law_mean": energy_score(law_mean, truth),
    }
    spreads = {
        "spread_at_wall/forecast": _spread(forecast[:, :, 0]),
        "spread_after/forecast": _spread(forecast[:, :, 1]),
        "spread_after/law": _spread(law),
    }
    return Findings(
        {
            f"bounce/{name}": mean_entry(
                f"bounce/{name}",
                values[:, None],
                subject,
                by_step=False,
                clips=np.array([bounce.clip for bounce in bounces]),
                better="lower" if name in energies else "none",
            )
            for name, values in (energies | spreads).items()
        }
    )


GROUP = MetricGroup(
    compute,
    "Whether forecasts after a wall that changes velocities at random spread "
    "as the data do.",
    keys=("bounce",),
    # Three frames show a velocity, and that it has not just changed.
    needs=Needs(offers=("forecast",), builder=("futures",), context=3),
    absent_keys=("bounce/energy/forecast", "bounce/spread_after/forecast"),
)


def find_bounces(subject: Subject) -> list[Bounce]:
    """The first bounces after the context.

    Each is followed by at least `FRAMES_AFTER_WALL` predicted frames.

    Raises:
        AbsentMetric: too few bounces.
    """
    values, found = subject.clips.values, []
    for positions in subject.clips.objects().values():
        if set(positions) != {"x", "y"}:
            continue
        names = positions["x"], positions["y"]
        path = np.stack([values[name] for name in names], axis=-1)
        speed = np.diff(path, axis=1)  # [clips, time - 1, 2]
        turned = np.any(np.diff(speed, axis=1), axis=-1)  # from frame 2 on
        # The frame before must be straight, or its speed is not known.
        ahead = turned[:, subject.context - 3 :]
        for clip in np.flatnonzero(~ahead[:, 0] & ahead.any(axis=1)):
            time = subject.context - 1 + int(ahead[clip].argmax())
            last = subject.context + subject.horizon - 1
            if time + FRAMES_AFTER_WALL <= last:
                found.append(Bounce(int(clip), names, time))
    if len(found) < FEWEST_BOUNCES:
        raise AbsentMetric(
            f"{len(found)} bounces are too few; {FEWEST_BOUNCES} are needed."
        )
    return found


def _true_positions(subject: Subject, bounces: list[Bounce]) -> np.ndarray:
    """Positions from two frames before the wall on, `[bounces, time, 2]`."""
    steps = np.arange(-2, FRAMES_AFTER_WALL + 1)
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


def _law_positions(subject: Subject, bounces: list[Bounce]) -> np.ndarray:
    """Samples `[samples, bounces, 2]` of the true distribution after a wall."""
    before, last = np.moveaxis(_true_positions(subject, bounces)[:, :2], 1, 0)
    steps = FRAMES_AFTER_WALL + 1
    return np.stack(
        [
            subject.builder.sample_futures(before, last, steps, seed)[:, -1]
            for seed in range(TRUE_SAMPLES)
        ]
    )


def _forecast_positions(subject: Subject, bounces: list[Bounce]) -> np.ndarray:
    """Judged positions `[samples, bounces, 2, 2]`, at the wall and after it.

    Raises:
        AbsentMetric: no judge, or one that cannot tell the objects apart.
    """
    names = [name for bounce in bounces for name in bounce.coordinates]
    judge = judge_of_positions(subject, names)
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
                    for later in (0, FRAMES_AFTER_WALL)
                ],
                axis=1,
            )
        )
    # A spread needs two samples: a deterministic model's are equal.
    return np.stack(found * (2 if count == 1 else 1))


def _judged(judge, frames: np.ndarray, bounces: list[Bounce]) -> np.ndarray:
    """Position `[bounces, 2]` of each bounce's object in its frame."""
    positions = judge.judge(frames)[1]
    return np.array(
        [
            [positions[name][row] for name in bounce.coordinates]
            for row, bounce in enumerate(bounces)
        ]
    )


def _spread(positions: np.ndarray) -> np.ndarray:
    """Deviation `[bounces]` of samples `[samples, bounces, 2]`."""
    return np.sqrt(np.var(positions, axis=0, ddof=1).sum(axis=-1))
