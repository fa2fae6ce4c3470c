import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.models.optimizers import make_adam


def rates(steps):
    adam = make_adam(0.1, 0.9, schedule="cosine", steps=steps)
    variable = tf.Variable([0.0])
    adam.build([variable])
    found = []
    for step in range(steps + 1):
        adam.iterations.assign(step)
        found.append(float(adam.learning_rate))
    return found


def test_cosine_warms_up_then_falls_to_a_hundredth():
    found = rates(100)
    assert found[0] == 0.0
    assert max(found) == pytest.approx(0.1)
    assert int(np.argmax(found)) == 2  # a fiftieth of the steps
    assert found[-1] == pytest.approx(0.001, rel=0.01)
    assert (np.diff(found[2:]) <= 1e-9).all()


@pytest.mark.parametrize("beta_1, beta_2", [(0.5, 0.999), (0.9, 0.99)])
def test_two_steps_are_those_of_adam(beta_1, beta_2):
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


def test_constant_is_constant():
    assert float(make_adam(3e-4, 0.5).learning_rate) == pytest.approx(3e-4)
