import dataclasses
import inspect
import types

import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models import optimizers
from mipae_tf.models import sequence_stage
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.pose_content import autoencoder_stage
from mipae_tf.models.pose_content import dynamics
from mipae_tf.models.pose_content import forecast_stage
from mipae_tf.models.pose_content import representation_stage
from mipae_tf.models.pose_content.config import AELSTMConfig
from mipae_tf.models.pose_content.config import MIPAEConfig

# Distinct values, so that each argument can be traced to its field.
NUMBERS = {
    "learning_rate": 0.1,
    "beta_1": 0.2,
    "beta_2": 0.3,
    "critic_learning_rate": 0.4,
    "dynamics_learning_rate": 0.5,
    "ema": 0.6,
    "schedule": "cosine",
    "representation_steps": 7,
    "dynamics_steps": 8,
    "training_steps": 9,
    "forecast_learning_rate": 0.3,
    "forecast_steps": 6,
    "clip_norm": 10.0,
}
OWN = ("learning_rate", "beta_1", "beta_2", "schedule", "ema")
FIRST = {**{name: NUMBERS[name] for name in OWN}, "steps": 7}
LATER = {
    "learning_rate": 0.5,
    "beta_1": 0.9,
    "beta_2": 0.999,
    "schedule": "cosine",
    "steps": 8,
    "ema": 0.6,
}
FORECAST = {**LATER, "learning_rate": 0.3, "steps": 6}
# The critic is not averaged; the published dynamics stage has a constant rate.
ADVERSARY = {"learning_rate": 0.4, "beta_1": 0.5, "ema": 0.0}
PUBLISHED = {**LATER, "schedule": "constant", "steps": 1}


def small_network():
    network = keras.layers.Dense(1)
    network.build((None, 1))
    network.skips = False
    return network


def config(of):
    names = {field.name for field in dataclasses.fields(of)}
    return of(**{k: v for k, v in NUMBERS.items() if k in names})


def network():
    """Small replacements of the networks of a pose-content model."""
    parts = "content_encoder", "pose_encoder", "decoder", "predictor"
    made = {name: small_network() for name in parts}
    return types.SimpleNamespace(
        **made,
        error=None,
        reference=None,
        origin=None,
        uses_content_frame=False,
    )


STAGES = {
    "ae_lstm": (
        autoencoder_stage,
        lambda: autoencoder_stage.AutoencoderStage(
            network(), config(AELSTMConfig), 0
        ),
        [FIRST],
    ),
    "pose_content": (
        representation_stage,
        lambda: representation_stage.RepresentationStage(
            network(), config(MIPAEConfig), 0
        ),
        [FIRST, ADVERSARY],
    ),
    "forecast": (
        forecast_stage,
        lambda: forecast_stage.ForecastStage(network(), config(MIPAEConfig), 0),
        [FORECAST],
    ),
    "dynamics": (
        dynamics,
        lambda: dynamics.DynamicsStage(network(), config(MIPAEConfig), 0),
        [LATER],
    ),
    "published dynamics": (
        dynamics,
        lambda: dynamics.PublishedDynamicsStage(
            network(), config(MIPAEConfig), 0
        ),
        [PUBLISHED],
    ),
    "sequence": (
        sequence_stage,
        lambda: Sequence(
            small_network(),
            config(sequence_stage.SequenceConfig),
            0,
            "sequence",
        ),
        [{**FIRST, "steps": 9}],
    ),
}


class Sequence(sequence_stage.SequenceStage):
    """A sequence stage without terms."""

    LOSSES = ("loss",)


@pytest.mark.parametrize("name", STAGES)
def test_optimizers_follow_the_config(monkeypatch, name):
    module, make, expected = STAGES[name]
    seen = []

    def noted(*args, **kwargs):
        bound = inspect.signature(make_adam).bind(*args, **kwargs)
        bound.apply_defaults()
        seen.append(bound.arguments)
        return make_adam(*args, **kwargs)

    for place in (module, optimizers):
        monkeypatch.setattr(place, "make_adam", noted, raising=False)
    stage = make()
    assert len(stage.optimizers) == len(seen) == len(expected)
    for found, wanted in zip(seen, expected, strict=True):
        assert {key: found[key] for key in wanted} == wanted


def test_gradient_clipping_follows_the_config(monkeypatch):
    seen = []
    monkeypatch.setattr(
        Sequence, "add_optimizer", lambda self, *args: seen.append(args)
    )
    STAGES["sequence"][1]()
    ((_, _, most),) = seen
    assert most == NUMBERS["clip_norm"]


def rates(steps, schedule="cosine"):
    adam = make_adam(0.1, 0.9, schedule=schedule, steps=steps)
    variable = tf.Variable([0.0])
    adam.build([variable])
    found = []
    for step in range(steps + 1):
        adam.iterations.assign(step)
        found.append(float(adam.learning_rate))
    return found


def test_cosine_warms_up_then_decays_to_one_percent():
    found = rates(100)
    assert found[0] == 0.0
    assert max(found) == pytest.approx(0.1)
    assert int(np.argmax(found)) == 2  # 2 % of the steps
    assert found[-1] == pytest.approx(0.001, rel=0.01)
    assert (np.diff(found[2:]) <= 1e-9).all()


def test_step_is_a_tenth_from_half_of_the_steps_on():
    expected = [0.1] * 5 + [0.01] * 6
    np.testing.assert_allclose(rates(10, "step"), expected, rtol=1e-6)


@pytest.mark.parametrize("beta_1, beta_2", [(0.5, 0.999), (0.9, 0.99)])
def test_two_steps_of_adam(beta_1, beta_2):
    variable = tf.Variable([1.0])
    adam = make_adam(0.1, beta_1, beta_2)
    adam.build([variable])
    value, first, second = 1.0, 0.0, 0.0
    for step, gradient in enumerate([2.0, -3.0], start=1):
        adam.apply_gradients([(tf.constant([gradient]), variable)])
        first = beta_1 * first + (1 - beta_1) * gradient
        second = beta_2 * second + (1 - beta_2) * gradient**2
        root = np.sqrt(second / (1 - beta_2**step)) + 1e-8
        value -= 0.1 * first / (1 - beta_1**step) / root
        assert float(variable[0]) == pytest.approx(value, abs=1e-5)


def test_the_constant_schedule():
    assert float(make_adam(3e-4, 0.5).learning_rate) == pytest.approx(3e-4)
