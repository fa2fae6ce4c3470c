import dataclasses

import keras
import numpy as np
import pytest
import tensorflow as tf
from models.harness import LIBRARY_MODELS
from models.torch_rule import torch_adam

from mipae_tf.models import config_class
from mipae_tf.models import make_model
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.torch_adam import TorchAdam
from mipae_tf.networks.batch_norm import BatchNorm
from mipae_tf.networks.torch_lstm import TorchLSTMCell

# Magnitudes of gradients; 6e-7 is that of the first gradients of E_p in the
# published protocol of MIPAE.
SIZES = [0.0, 1e-9, 6e-7, 1e-5, 1e-2, 1.0, 100.0]
STEPS = 100
# The authors of the others published code, in PyTorch.
WITH_CODE = [name for name in LIBRARY_MODELS if name != "hierarchical_objects"]


def some_gradients():
    """[steps, 2 * sizes]: constant ones, and ones of random sign and size."""
    random = np.random.default_rng(0)
    still = np.tile(SIZES, (STEPS, 1))
    changing = still * random.normal(size=still.shape)
    return np.concatenate([still, changing], axis=1).astype(np.float32)


def stepped(adam, gradients, compiled=False):
    """Values [steps, ...] of a variable that is initially zero."""
    variable = tf.Variable(tf.zeros(gradients.shape[1:]))
    adam.build([variable])

    def step(gradient):
        adam.apply_gradients([(gradient, variable)])
        return tf.identity(variable)

    step = tf.function(step, jit_compile=compiled)
    return np.stack([step(tf.constant(g)) for g in gradients])


def farthest(found, expected):
    """Largest difference, relative to the total length of all steps."""
    way = np.abs(np.diff(expected, axis=0, prepend=0.0)).cumsum(axis=0)
    apart = np.abs(found - expected)
    assert (apart[way == 0.0] == 0.0).all()
    apart = np.divide(apart, way, out=apart, where=way > 0.0)
    return apart.max(axis=1)


@pytest.mark.parametrize(
    "beta_1, beta_2, compiled",
    [(0.5, 0.999, False), (0.9, 0.999, True), (0.9, 0.99, False)],
)
def test_steps_equal_those_of_pytorch(beta_1, beta_2, compiled):
    gradients = some_gradients()
    adam = make_adam(2e-3, beta_1, beta_2, epsilon="torch")
    found = stepped(adam, gradients, compiled)
    expected = torch_adam(np.zeros(14), gradients, 2e-3, beta_1, beta_2)
    apart = farthest(found, expected)
    assert (apart[[0, 9, 99]] < 1e-5).all()
    assert apart.max() < 1e-5


def test_steps_of_keras_differ_from_pytorch():
    """For gradients of 6e-7, the first step is a third smaller."""
    gradients = np.full([STEPS, 1], 6e-7, np.float32)
    found = stepped(make_adam(2e-3, 0.5), gradients)
    expected = torch_adam([0.0], gradients, 2e-3, 0.5)
    first, _, last = farthest(found, expected)[[0, 9, 99]]
    assert first == pytest.approx(0.33, abs=0.01)
    assert last > 0.05


def test_with_a_schedule_and_a_moving_average():
    gradients = some_gradients()[:20]
    adam = make_adam(0.1, 0.9, 0.999, "cosine", 20, 0.5, "torch")
    variable = tf.Variable(tf.zeros(14))
    adam.build([variable])
    rates, found, average = [], [], 0.0
    for gradient in gradients:
        rates.append(float(adam.learning_rate))
        adam.apply_gradients([(tf.constant(gradient), variable)])
        found.append(variable.numpy())
        average = found[0] if len(found) == 1 else (average + found[-1]) / 2
    assert len(set(rates)) == 20
    expected = torch_adam(np.zeros(14), gradients, rates, 0.9)
    assert farthest(np.stack(found), expected).max() < 1e-5
    adam.finalize_variable_values([variable])
    np.testing.assert_allclose(variable, average, rtol=1e-5)


def test_it_resumes_from_its_variables():
    gradients = some_gradients()
    whole = stepped(make_adam(0.1, 0.9, epsilon="torch"), gradients)
    first, second = (make_adam(0.1, 0.9, epsilon="torch") for _ in range(2))
    half = stepped(first, gradients[:50])
    variable = tf.Variable(half[-1])
    second.build([variable])
    for own, other in zip(second.variables, first.variables, strict=True):
        own.assign(other)
    for gradient in gradients[50:]:
        second.apply_gradients([(tf.constant(gradient), variable)])
    np.testing.assert_array_equal(variable, whole[-1])


def test_serialization():
    adam = make_adam(0.1, 0.5, epsilon="torch")
    again = keras.optimizers.deserialize(keras.optimizers.serialize(adam))
    assert isinstance(again, TorchAdam)
    assert again.epsilon == 1e-8


@pytest.mark.parametrize("name", WITH_CODE)
def test_published_protocols_use_the_pytorch_rules(name):
    config = config_class(name)
    published, default = config.resolve("published"), config.resolve()
    assert (published.adam_epsilon, published.layer_rules) == ("torch",) * 2
    assert (default.adam_epsilon, default.layer_rules) == ("keras",) * 2


@pytest.mark.parametrize(
    "name",
    [
        name if name == "mipae" else pytest.param(name, marks=pytest.mark.slow)
        for name in WITH_CODE
    ],
)
def test_all_parts_of_published_models_use_the_pytorch_rules(name):
    given = {"width": 2, "lstm_dim": 4, "critic_dim": 4}
    given |= {"content_dim": 4, "state_dim": 4}
    fields = {f.name for f in dataclasses.fields(config_class(name))}
    given = {key: value for key, value in given.items() if key in fields}
    model = make_model(name, (64, 64, 1), 0, "published", given)
    used = [o for stage in model.stages() for o in stage.optimizers]
    assert {type(optimizer) for optimizer in used} == {TorchAdam}
    assert {optimizer.epsilon for optimizer in used} == {1e-8}
    layers = list(model._flatten_layers())
    norms = [x.unbiased for x in layers if isinstance(x, BatchNorm)]
    assert set(norms) == {True}
    cells = [x for x in layers if isinstance(x, keras.layers.LSTMCell)]
    assert all(isinstance(x, TorchLSTMCell) for x in cells)
    assert cells or name in ("independent_prediction", "mocogan")
