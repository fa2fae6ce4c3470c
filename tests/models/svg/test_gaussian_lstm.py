import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.models.svg.gaussian_lstm import GaussianLSTM


def gaussian_lstm(**given):
    lstm = GaussianLSTM(3, hidden_dim=8, **given)
    lstm.build((None, None, 5))
    return lstm


@pytest.mark.parametrize("clamp, most", [(True, 7.0), (False, 50.0)])
def test_log_scales_are_clamped_if_requested(clamp, most):
    lstm = gaussian_lstm(clamp=clamp)
    out = tf.constant([[0.0, 0.0, 0.0, 0.0, 2.0, 100.0]])
    _, log_scale = lstm._gaussian(out)
    assert float(log_scale[0, 2]) == pytest.approx(most, rel=1e-4)
    small = 7.0 * np.tanh(1.0 / 7.0) if clamp else 1.0
    assert float(log_scale[0, 1]) == pytest.approx(small)


@pytest.mark.parametrize("layers", [1, 2])
def test_the_sequence_and_its_steps_agree(layers):
    (inputs,) = random_inputs((4, 6, 5))
    lstm = gaussian_lstm(layers=layers)
    made = len(lstm.variables)
    sequence, after = lstm(inputs, lstm.initial_state(4))
    assert sequence.mean.shape == sequence.log_scale.shape == (4, 6, 3)
    states = lstm.initial_state(4)
    for time in range(6):
        found, states = lstm.step(inputs[:, time], states)
        for one, other in zip(found, sequence, strict=True):
            np.testing.assert_allclose(one, other[:, time], atol=1e-5)
    for one, other in zip(
        tf.nest.flatten(states), tf.nest.flatten(after), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-5)
    assert len(lstm.variables) == made > 0


def test_it_continues_from_given_states():
    (inputs,) = random_inputs((4, 6, 5))
    lstm = gaussian_lstm()
    whole, _ = lstm(inputs, lstm.initial_state(4))
    _, states = lstm(inputs[:, :2], lstm.initial_state(4))
    rest, _ = lstm(inputs[:, 2:], states)
    np.testing.assert_allclose(rest.mean, whole.mean[:, 2:], atol=1e-5)


def test_the_second_half_of_the_output_is_the_log_variance():
    (inputs,) = random_inputs((4, 6, 5))
    lstm = gaussian_lstm()
    lstm.lstm.readout.bias.assign([0.0, 0.0, 0.0, 0.2, 0.4, 2e6])
    lstm.lstm.readout.kernel.assign(tf.zeros([8, 6]))
    found, _ = lstm(inputs, lstm.initial_state(4))
    np.testing.assert_array_equal(found.mean, np.zeros((4, 6, 3)))
    log_variance = 2.0 * found.log_scale[0, 0].numpy()
    np.testing.assert_allclose(log_variance, [0.2, 0.4, 14.0], atol=1e-3)


def test_serialization():
    (inputs,) = random_inputs((4, 6, 5))
    lstm = gaussian_lstm(layers=2)
    copy = GaussianLSTM.from_config(lstm.get_config())
    copy.build(inputs.shape)
    copy.set_weights(lstm.get_weights())
    one, other = (x(inputs, x.initial_state(4))[0] for x in (copy, lstm))
    np.testing.assert_array_equal(one.mean, other.mean)
    np.testing.assert_array_equal(one.log_scale, other.log_scale)
