import dataclasses
import types

import numpy as np
import pytest
from evaluation.dots import Judge
from evaluation.dots import Painter
from evaluation.dots import dots
from evaluation.dots import places_of
from evaluation.world import subject as bars

from mipae_tf.evaluation import judges
from mipae_tf.evaluation.groups.factors import GROUP
from mipae_tf.evaluation.groups.factors import single_factor_generations
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric


def subject(model):
    found = Subject(model, dots(), None, 2, EvaluationOptions(horizon=4))
    return found


@pytest.fixture
def exact_judge(monkeypatch):
    monkeypatch.setattr(judges, "make_judge", lambda subject: Judge())


def values(model):
    found = GROUP.measure(subject(model))
    return {k: row["value"] for k, row in found.metrics.items()}, found.figures


def test_a_factor_for_each_object(exact_judge):
    value, figures = values(Painter())
    for factor in range(2):
        for place in range(2):
            mine = factor == place
            key = f"factor_{factor}/object_{place}"
            assert (value[f"factors/read/{key}"] > 0.9) == mine
            assert value[f"factors/moves/{key}"] == pytest.approx(float(mine))
    assert value["factors/alone"] == pytest.approx(1.0)
    assert value["factors/held"] > 0.7
    assert set(figures) == {"factors.gif", "factors.png"}


def test_other_factors_stay_as_in_the_first_frame():
    seen = subject(Painter())
    true = places_of(seen.clips.video).numpy()  # [clips, time, dot, 2]
    for factor, drawn in enumerate(single_factor_generations(seen)):
        expected = np.repeat(true[:, :1], true.shape[1], axis=1)
        expected[:, :, factor] = true[:, :, factor]
        np.testing.assert_array_equal(places_of(drawn), expected)


def test_factors_that_mix_both_objects(exact_judge):
    parted, _ = values(Painter())
    value, _ = values(Painter(mixed=True))
    assert value["factors/alone"] < 0.8
    assert value["factors/held"] < parted["factors/held"] - 0.3


def test_absent_without_object_latents_or_judge(monkeypatch):
    found = GROUP.measure(bars())
    assert (
        "has no latent with a code for each object"
        in (found.metrics["factors/held"]["absent"])
    )

    def none(subject):
        raise AbsentMetric("There is no judge.")

    monkeypatch.setattr(judges, "make_judge", none)
    found = GROUP.measure(subject(Painter()))
    assert found.metrics["factors/alone"]["absent"] == "There is no judge."
    assert "value" in found.metrics["factors/held"]
    blind = types.SimpleNamespace(places={})
    monkeypatch.setattr(judges, "make_judge", lambda subject: blind)
    found = GROUP.measure(subject(Painter()))
    assert "tell" in found.metrics["factors/alone"]["absent"]


def test_objects_that_never_move(exact_judge):
    still = dots()
    values = {
        name: np.repeat(values[:, :1], values.shape[1], axis=1)
        for name, values in still.values.items()
    }
    resting = dataclasses.replace(still, values=values)
    seen = dataclasses.replace(subject(Painter()), clips=resting)
    found = GROUP.measure(seen).metrics
    assert "moves in no clip" in found["factors/alone"]["absent"]
    alone = dataclasses.replace(seen, clips=still.take(slice(1)))
    found = GROUP.measure(alone).metrics
    assert "One clip alone" in found["factors/held"]["absent"]
