import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs

from mipae_tf.networks.scan_time import scan_time

SIGNATURE = [tf.TensorSpec([None, None, 4])]
WEIGHT = tf.constant(np.linspace(-0.5, 0.5, 16).reshape(4, 4), tf.float32)


def step(state, here):
    """A recurrence with structures for states, inputs and outputs."""
    after = tf.tanh(state["h"] @ WEIGHT + here["x"])
    outputs = {"h": after, "parts": (after[:, :2], 2.0 * state["h"])}
    return {"h": after, "sum": state["sum"] + after}, outputs


def through_time(x, weight=1.0):
    zeros = tf.zeros([tf.shape(x)[0], 4])
    state = {"h": zeros, "sum": zeros}
    return scan_time(step, state, {"x": weight * x})


def test_the_recurrence_by_hand():
    (x,) = random_inputs((3, 5, 4))
    last, outputs = through_time(x)
    h, total = np.zeros((3, 4)), np.zeros((3, 4))
    for time in range(5):
        np.testing.assert_allclose(
            outputs["parts"][1][:, time], 2.0 * h, atol=1e-5
        )
        h = np.tanh(h @ WEIGHT.numpy() + x[:, time])
        total += h
        np.testing.assert_allclose(outputs["h"][:, time], h, atol=1e-5)
        np.testing.assert_allclose(
            outputs["parts"][0][:, time], h[:, :2], atol=1e-5
        )
    np.testing.assert_allclose(last["h"], h, atol=1e-5)
    np.testing.assert_allclose(last["sum"], total, atol=1e-5)


@pytest.mark.parametrize("time", [1, 2, 7])
def test_the_loop_of_unknown_length_is_the_same(time):
    (x,) = random_inputs((3, time, 4))
    loop = tf.function(through_time, input_signature=SIGNATURE)
    unrolled = tf.nest.flatten(through_time(x))
    for one, other in zip(tf.nest.flatten(loop(x)), unrolled, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_gradients_of_the_loop_are_the_same():
    (x,) = random_inputs((3, 6, 4))

    def gradients(x):
        weight = tf.constant(1.0)
        with tf.GradientTape() as tape:
            tape.watch([x, weight])
            last, outputs = through_time(x, weight)
            loss = tf.reduce_sum(outputs["h"] ** 2 + outputs["parts"][1])
            loss += tf.reduce_sum(last["sum"] ** 3)
        return tape.gradient(loss, [x, weight])

    loop = tf.function(gradients, input_signature=SIGNATURE)
    for one, other in zip(loop(x), gradients(x), strict=True):
        assert np.abs(other).min() > 0.0
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
