import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.models.independent_prediction.factor_transition import (
    FactorTransition,
)


def transition(**given):
    """A transition of 3 factors of size 4 with different biases."""
    options = {"factors": 3, "factor_dim": 4, "hidden_dim": 8} | given
    layer = FactorTransition(**options)
    layer.build((None, options["factors"], options["factor_dim"]))
    random = np.random.default_rng(0)
    for bias in layer.biases:
        bias.assign(random.normal(size=bias.shape))
    return layer


@pytest.mark.parametrize("residual", [True, False])
def test_shapes_and_serialization(residual):
    (states,) = random_inputs((5, 3, 4))
    layer = transition(residual=residual, hidden_layers=2)
    found = layer(states)
    assert found.mean.shape == found.log_scale.shape == (5, 3, 4)
    copy = FactorTransition.from_config(layer.get_config())
    copy.build(states.shape)
    copy.set_weights(layer.get_weights())
    for one, other in zip(copy(states), found, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("factor", [0, 1, 2])
def test_a_factor_depends_only_on_its_own_past(factor):
    (states,) = random_inputs((5, 3, 4))
    moved = states.numpy()
    moved[:, factor] += 1.0
    layer = transition()
    for one, other in zip(layer(states), layer(moved), strict=True):
        same = (one.numpy() == other.numpy()).all(axis=(0, 2))
        np.testing.assert_array_equal(same, np.arange(3) != factor)


@pytest.mark.parametrize("factor", [0, 1, 2])
def test_factors_share_no_weights(factor):
    (states,) = random_inputs((5, 3, 4))
    layer = transition()
    with tf.GradientTape() as tape:
        mean, log_scale = layer(states)
        loss = tf.reduce_sum((mean + log_scale)[:, factor] ** 2)
    for gradient in tape.gradient(loss, layer.trainable_variables):
        used = np.abs(gradient).max(axis=(1, 2)) > 0.0
        np.testing.assert_array_equal(used, np.arange(3) == factor)


def test_each_factor_equals_the_mlp_written_out():
    (states,) = random_inputs((5, 3, 4))
    layer = transition(residual=False, hidden_layers=2)
    found = layer(states)
    for factor in range(3):
        x = states[:, factor]
        for index, kernel in enumerate(layer.kernels):
            x = x @ kernel[factor] + layer.biases[index][factor]
            x = tf.nn.selu(x) if index < 2 else x
        mean, log_scale = np.split(x.numpy(), 2, axis=-1)
        np.testing.assert_allclose(found.mean[:, factor], mean, atol=1e-5)
        clamped = 7.0 * np.tanh(log_scale / 7.0)
        np.testing.assert_allclose(
            found.log_scale[:, factor], clamped, atol=1e-5
        )


def test_a_residual_transition_is_bounded():
    (states,) = random_inputs((5, 3, 4))
    published, ours = transition(residual=False), transition(residual=True)
    ours.set_weights(published.get_weights())
    for kernel in ours.kernels:
        kernel.assign(20.0 * kernel)
    published.set_weights(ours.get_weights())
    one, other = published(states), ours(states)
    assert np.abs(one.mean).max() > 14.0  # so that the bound has an effect
    wanted = 7.0 * np.tanh((one.mean + states) / 7.0)
    np.testing.assert_allclose(other.mean, wanted, atol=1e-5)
    assert other.log_scale.numpy().min() >= -4.0
    assert other.log_scale.numpy().max() <= 0.0
    order = np.argsort(np.ravel(one.log_scale))
    assert np.diff(np.ravel(other.log_scale)[order]).min() > -1e-6


def test_the_initial_transition_is_close_to_the_identity():
    layer = FactorTransition(factors=2, factor_dim=4)
    layer.build((None, 2, 4))
    (states,) = random_inputs((50, 2, 4))
    found = layer(states)
    np.testing.assert_allclose(found.mean, 7 * np.tanh(states / 7), atol=0.1)
    np.testing.assert_allclose(found.log_scale, -2.0, atol=0.1)


def test_the_number_of_parameters_is_the_published_one():
    layer = FactorTransition(factors=2, factor_dim=10)
    layer.build((None, 2, 10))
    kernels = 10 * 128 + 3 * 128 * 128 + 128 * 20
    biases = 4 * 128 + 20
    assert layer.count_params() == 2 * (kernels + biases)


def test_lecun_initialization_except_for_the_last_layer():
    layer = FactorTransition(factors=2, factor_dim=16)
    layer.build((None, 2, 16))
    for index, kernel in enumerate(layer.kernels):
        for factor in kernel.numpy():
            wanted = factor.shape[0] ** -0.5 * (1.0 if index < 4 else 0.01)
            assert factor.std() == pytest.approx(wanted, rel=0.1)
