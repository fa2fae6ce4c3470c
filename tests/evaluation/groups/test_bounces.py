import dataclasses

import numpy as np
import pytest
from evaluation.dots import SIZE
from evaluation.dots import Judge
from evaluation.dots import clips_of
from evaluation.dots import painted
from evaluation.dots import places_of
from evaluation.world import Double
from evaluation.world import subject as bars
from mipae_tf.data_builders.worlds.motion import redraw

from mipae_tf.evaluation import judges
from mipae_tf.evaluation.groups.bounces import FRAMES_AFTER_WALL
from mipae_tf.evaluation.groups.bounces import GROUP
from mipae_tf.evaluation.groups.bounces import find_bounces
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject

CONTEXT, HORIZON, SPEED = 5, 10, 4


def walk(start, speed, time, random):
    return redraw(start, speed, time, SIZE, SIZE - 1, SPEED, random)


class Law:
    """A builder of dots that bounce off walls at random."""

    has_futures = True

    def sample_futures(self, before, last, steps, seed):
        random = np.random.default_rng(seed)
        return np.stack(
            [
                walk(b, b - a, steps + 1, random)[1:]
                for a, b in zip(before, last, strict=True)
            ]
        )


def paths(count=100):
    random = np.random.default_rng(7)
    start = random.integers(0, SIZE, (count, 2, 2))
    speed = random.integers(-SPEED, SPEED, (count, 2, 2), endpoint=True)
    time = CONTEXT + HORIZON
    found = [
        [walk(a, b, time, random) for a, b in zip(s, v, strict=True)]
        for s, v in zip(start, speed, strict=True)
    ]
    return np.moveaxis(np.array(found), 1, 2)  # [clips, time, dot, 2]


@dataclasses.dataclass
class Prophet(Double):
    """Samples the true distribution, or always the same sample of it."""

    stochastic: bool = True
    latents = ()

    def forecast(self, context, horizon, samples=None, seed=0):
        places = places_of(context.frames).numpy().round().astype(int)
        ahead = np.stack(
            [
                Law().sample_futures(
                    places[:, -2, dot], places[:, -1, dot], horizon, int(seed)
                )
                for dot in range(2)
            ],
            axis=2,
        )  # [clips, horizon, dot, 2]
        return painted(ahead)


def subject(**given):
    options = EvaluationOptions(horizon=HORIZON, samples=16)
    model = Prophet(**given)
    return Subject(model, clips_of(paths()), Law(), CONTEXT, options)


@pytest.fixture(autouse=True)
def exact_judge(monkeypatch):
    monkeypatch.setattr(judges, "make_judge", lambda subject: Judge())


def test_bounces_are_found_at_walls():
    seen = subject()
    found = find_bounces(seen)
    assert len(found) > 50
    for bounce in found:
        x, y = (
            seen.clips.pose[name][bounce.clip] for name in bounce.coordinates
        )
        path = np.stack([x, y], axis=1)
        time = bounce.time
        assert CONTEXT <= time < CONTEXT + HORIZON - FRAMES_AFTER_WALL
        assert np.isin(path[time], (0, SIZE - 1)).any()
        ahead = 2 * path[time - 1] - path[time - 2]
        assert ((ahead < 0) | (ahead >= SIZE)).any()


def test_samples_of_the_true_distribution_score_best():
    found = GROUP.measure(subject()).metrics
    value = {key: row["value"] for key, row in found.items()}
    law = value["bounce/energy/law"]
    assert value["bounce/energy/forecast"] == pytest.approx(law, rel=0.07)
    assert value["bounce/energy/law_mean"] > 1.15 * law
    assert value["bounce/spread_at_wall/forecast"] == 0
    after = value["bounce/spread_after/forecast"]
    assert after == pytest.approx(value["bounce/spread_after/law"], rel=0.1)
    assert found["bounce/energy/law"]["count"] == len(find_bounces(subject()))


def test_a_deterministic_forecast_scores_worse():
    found = GROUP.measure(subject(stochastic=False)).metrics
    value = {key: row["value"] for key, row in found.items()}
    assert value["bounce/spread_after/forecast"] == 0
    law = value["bounce/energy/law"]
    assert value["bounce/energy/forecast"] > 1.3 * law


def test_absent_without_random_bounces():
    found = GROUP.measure(bars()).metrics
    assert "do not leave walls" in found["bounce/energy/forecast"]["absent"]
    few = dataclasses.replace(subject(), clips=clips_of(paths(4)[:1]))
    found = GROUP.measure(few).metrics
    assert "too few" in found["bounce/energy/forecast"]["absent"]


def test_absent_with_too_short_a_context():
    found = GROUP.measure(dataclasses.replace(subject(), context=2)).metrics
    reason = found["bounce/energy/forecast"]["absent"]
    assert reason == ("At least 3 frames of context are needed; there are 2.")


def test_true_samples_do_not_depend_on_the_samples_of_the_model():
    many = subject()
    few = dataclasses.replace(
        many, options=EvaluationOptions(horizon=HORIZON, samples=2)
    )
    one, two = (
        GROUP.measure(seen).metrics["bounce/energy/law"] for seen in (many, few)
    )
    assert one == two


def test_absent_where_the_judge_cannot_tell_objects_apart(monkeypatch):
    monkeypatch.setattr(Judge, "places", {})
    found = GROUP.measure(subject()).metrics
    assert "tell" in found["bounce/energy/forecast"]["absent"]
