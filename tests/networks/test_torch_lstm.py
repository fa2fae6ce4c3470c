import keras
import numpy as np
import pytest
import tensorflow as tf
from models.torch_rule import torch_adam
from networks.harness import random_inputs

from mipae_tf.models.optimizers import make_adam
from mipae_tf.networks.layers import torch_uniform
from mipae_tf.networks.lstm_stack import LSTMStack
from mipae_tf.networks.torch_lstm import TorchLSTMCell


def made(**kwargs):
    cell = TorchLSTMCell(
        8, bias_initializer=torch_uniform(8), unit_forget_bias=False, **kwargs
    )
    cell.build((None, 5))
    return cell


def states():
    return [x - 0.5 for x in random_inputs([(3, 8), (3, 8)])]


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def test_a_step_is_that_of_pytorch():
    """As documented: two products, each with its own bias."""
    cell, (inputs,), (output, memory) = made(), random_inputs((3, 5)), states()
    x, h, c = (np.array(a, np.float64) for a in (inputs, output, memory))
    gates = x @ cell.kernel.numpy() + cell.bias.numpy()
    gates = gates + h @ cell.recurrent_kernel.numpy()
    gates = gates + cell.recurrent_bias.numpy()
    i, f, g, o = np.split(gates, 4, axis=1)
    c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
    h = sigmoid(o) * np.tanh(c)
    out, after = cell(inputs, [output, memory])
    for found, expected in zip((out, *after), (h, h, c), strict=True):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_with_one_bias_it_is_the_cell_of_keras():
    cell, (inputs,) = made(), random_inputs((3, 5))
    keras_cell = keras.layers.LSTMCell(8)
    keras_cell.build((None, 5))
    kernel, recurrent, first, second = cell.get_weights()
    keras_cell.set_weights([kernel, recurrent, first + second])
    for found, expected in zip(
        tf.nest.flatten(cell(inputs, states())),
        tf.nest.flatten(keras_cell(inputs, states())),
        strict=True,
    ):
        np.testing.assert_allclose(found, expected, atol=1e-6)


def test_the_biases_are_drawn_one_by_one():
    cell = made()
    first, second = cell.bias.numpy(), cell.recurrent_bias.numpy()
    for bias in (first, second):
        assert 0.3 < np.abs(bias).max() <= 8**-0.5
    assert np.abs(first - second).min() > 0.0


def test_the_sum_of_the_biases_moves_by_two_steps():
    cell, (inputs,) = made(), random_inputs((3, 5))
    adam = make_adam(0.01, 0.9, epsilon="torch")
    adam.build(cell.trainable_variables)
    before = cell.bias.numpy() + cell.recurrent_bias.numpy()
    with tf.GradientTape() as tape:
        loss = tf.reduce_sum(cell(inputs, states())[0])
    gradients = tape.gradient(loss, cell.trainable_variables)
    adam.apply_gradients(zip(gradients, cell.trainable_variables))
    (once,) = torch_adam(before, gradients[2:3], 0.01, 0.9)
    after = cell.bias.numpy() + cell.recurrent_bias.numpy()
    np.testing.assert_allclose(after - before, 2 * (once - before), atol=1e-6)


@pytest.mark.parametrize("xla", [False, True])
def test_a_network_of_them(xla):
    (inputs,) = random_inputs((3, 6, 7))
    lstm = LSTMStack(4, hidden_dim=8, init="torch", biases=2, use_cudnn=False)
    call = tf.function(lambda x: lstm(x), jit_compile=xla)
    sequence, states, poses = lstm(inputs), lstm.initial_state(3), []
    for time in range(6):
        pose, states = lstm.step(inputs[:, time], states)
        poses.append(pose)
    np.testing.assert_allclose(tf.stack(poses, axis=1), sequence, atol=1e-5)
    np.testing.assert_allclose(call(inputs), sequence, atol=1e-5)
    copy = LSTMStack.from_config(lstm.get_config())
    copy.build(inputs.shape)
    copy.set_weights(lstm.get_weights())
    np.testing.assert_allclose(copy(inputs), sequence, atol=1e-6)
    names = [variable.name for variable in lstm.trainable_variables]
    assert names.count("recurrent_bias") == 2


def test_other_numbers_of_biases_are_refused():
    with pytest.raises(ValueError, match="biases must be one of 1, 2, got 3"):
        LSTMStack(4, biases=3)


def test_mixed_precision():
    lstm = LSTMStack(4, hidden_dim=8, biases=2, dtype="mixed_bfloat16")
    before = lstm.initial_state(2)
    poses, after = lstm(tf.zeros([2, 3, 7]), before, return_states=True)
    assert poses.dtype == tf.float32
    assert {x.dtype for x in tf.nest.flatten([before, after])} == {tf.bfloat16}
    assert {v.dtype for v in lstm.trainable_variables} == {"float32"}
