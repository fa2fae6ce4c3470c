import types

import numpy as np
import pytest
import tensorflow as tf
from evaluation.world import subject as bars
from scipy.linalg import hadamard

from mipae_tf.data import Clips
from mipae_tf.evaluation import factors as module
from mipae_tf.evaluation.factors import measure
from mipae_tf.evaluation.factors import objects_of
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.models import Latent

SIZE, CLIPS, TIME = 16, 60, 6


class Painter:
    """Sees and draws two dots, one in each of the first two planes.

    Factors are the dots' places, or each of them a mixture of both.
    """

    def __init__(self, mixed=False):
        self.mixing = np.eye(4, dtype="f4")
        if mixed:
            self.mixing = hadamard(4).astype("f4") / 2
        self.latents = (Latent("factors", "factor", True, 2, 2),)

    def encode(self, frames, seed=None):
        light = tf.cast(frames, tf.float32)[..., :2] / 255
        ruler = tf.range(SIZE, dtype=tf.float32)
        places = tf.stack(
            [
                tf.einsum("btyxc,x->btc", light, ruler),
                tf.einsum("btyxc,y->btc", light, ruler),
            ],
            axis=-1,
        )  # [batch, time, object, 2]
        shape = tf.concat([tf.shape(places)[:2], [4]], axis=0)
        mixed = tf.reshape(places, shape) @ self.mixing
        return {"factors": tf.reshape(mixed, tf.shape(places))}

    def decode(self, latents, reference=None):
        codes = latents["factors"]
        shape = tf.concat([tf.shape(codes)[:2], [4]], axis=0)
        flat = tf.reshape(codes, shape) @ self.mixing.T
        places = tf.clip_by_value(tf.round(flat), 0, SIZE - 1)
        hot = tf.one_hot(tf.cast(places, tf.int32), SIZE)
        planes = [
            hot[:, :, 2 * i + 1, :, None] * hot[:, :, 2 * i, None, :]
            for i in range(2)
        ]
        return tf.stack([*planes, tf.zeros_like(planes[0])], axis=-1)


def dots():
    random = np.random.default_rng(0)
    start, step = random.integers(0, 8, (2, 4, CLIPS, 1))
    walk = (start + (step % 3) * np.arange(TIME)) % SIZE
    pose = dict(zip(("x_0", "y_0", "x_1", "y_1"), walk, strict=True))
    video = np.zeros((CLIPS, TIME, SIZE, SIZE, 3), np.uint8)
    clip, time = np.indices((CLIPS, TIME))
    for i in range(2):
        video[clip, time, pose[f"y_{i}"], pose[f"x_{i}"], i] = 255
    sizes = dict.fromkeys(pose, SIZE)
    return Clips(video, {}, pose, cardinality=sizes, name="dots test")


def subject(model):
    found = Subject(model, dots(), None, 2, EvaluationOptions(horizon=4))
    return found


class Judge:
    """Sees exactly where the dots are."""

    places = dict.fromkeys(("x_0", "y_0", "x_1", "y_1"), SIZE)

    def judge(self, frames):
        codes = Painter().encode(tf.constant(frames[None]))["factors"][0]
        flat = codes.numpy().reshape(-1, 4)
        return {}, dict(zip(self.places, flat.T, strict=True))


@pytest.fixture
def exact_judge(monkeypatch):
    monkeypatch.setattr(module, "make_judge", lambda subject: Judge())


def values(model):
    found = measure(subject(model))
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


def test_factors_that_hold_both(exact_judge):
    parted, _ = values(Painter())
    value, _ = values(Painter(mixed=True))
    assert value["factors/alone"] < 0.8
    assert value["factors/held"] < parted["factors/held"] - 0.3


def test_models_and_data_that_have_no_such_thing(monkeypatch):
    found = measure(bars())
    assert "has no factors" in found.metrics["factors/held"]["absent"]

    def none(subject):
        raise AbsentMetric("There is no judge.")

    monkeypatch.setattr(module, "make_judge", none)
    found = measure(subject(Painter()))
    assert found.metrics["factors/alone"]["absent"] == "There is no judge."
    assert "value" in found.metrics["factors/held"]
    blind = types.SimpleNamespace(places={})
    monkeypatch.setattr(module, "make_judge", lambda subject: blind)
    found = measure(subject(Painter()))
    assert "tell" in found.metrics["factors/alone"]["absent"]


def test_objects_by_the_names_of_their_places():
    names = ("x_0", "y_0", "orientation_0", "x_1", "y_1")
    assert objects_of(dict.fromkeys(names)) == {
        "object_0": ["x_0", "y_0"],
        "object_1": ["x_1", "y_1"],
    }
