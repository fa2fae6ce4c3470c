import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test
from networks.harness import run_saving_test

from mipae_tf.networks.lstm_stack import LSTMStack


@pytest.mark.parametrize("init", ["keras", "torch"])
@pytest.mark.parametrize("activation", ["tanh", "linear"])
def test_layer(init, activation):
    run_layer_test(
        LSTMStack,
        {
            "output_dim": 5,
            "hidden_dim": 8,
            "init": init,
            "activation": activation,
            "use_cudnn": False,
        },
        input_shape=(2, 6, 7),
        expected_output_shape=(2, 6, 5),
    )


def test_saving(tmp_path):
    kwargs = {"output_dim": 5, "hidden_dim": 8, "init": "torch", "layers": 3}
    run_saving_test(LSTMStack, kwargs, (2, 6, 7), tmp_path)


def test_published_size():
    lstm = LSTMStack(output_dim=5)
    lstm.build((None, None, 128 + 5))
    weights = sum(w.numpy().size for w in lstm.trainable_variables)
    cell = 4 * (256 * (256 + 256) + 256)
    assert weights == (133 * 256 + 256) + 2 * cell + (256 * 5 + 5)


@pytest.mark.parametrize("init", ["keras", "torch"])
def test_the_sequence_and_its_steps_agree(init):
    (inputs,) = random_inputs((3, 9, 7))
    lstm = LSTMStack(output_dim=4, hidden_dim=8, init=init)
    sequence, after = lstm(inputs, return_states=True)
    states = lstm.initial_state(3)
    poses = []
    for time in range(9):
        pose, states = lstm.step(inputs[:, time], states)
        poses.append(pose)
    poses = tf.stack(poses, axis=1)  # [batch, time, output_dim]
    np.testing.assert_allclose(poses, sequence, atol=1e-5)
    for one, other in zip(states, after, strict=True):
        np.testing.assert_allclose(one[0], other[0], atol=1e-5)
        np.testing.assert_allclose(one[1], other[1], atol=1e-5)


def test_a_sequence_goes_on_from_given_states():
    (inputs,) = random_inputs((3, 9, 7))
    lstm = LSTMStack(output_dim=4, hidden_dim=8)
    whole = lstm(inputs)
    first, states = lstm(inputs[:, :5], return_states=True)
    rest = lstm(inputs[:, 5:], states=states)
    both = tf.concat([first, rest], axis=1)  # [batch, time, output_dim]
    np.testing.assert_allclose(both, whole, atol=1e-5)


def test_steps_run_in_a_compiled_loop_of_any_batch_and_length():
    lstm = LSTMStack(output_dim=4, hidden_dim=8, use_cudnn=False)
    lstm.build((None, None, 4))

    @tf.function(
        input_signature=[
            tf.TensorSpec([None, None, 4]),
            tf.TensorSpec([], tf.int32),
        ]
    )
    def forecast(context, horizon):
        poses, states = lstm(context, return_states=True)
        pose = poses[:, -1]  # [batch, output_dim]
        for _ in tf.range(horizon):
            pose, states = lstm.step(pose, states)
        return pose

    (context,) = random_inputs((3, 5, 4))
    poses, states = lstm(context, return_states=True)
    pose = poses[:, -1]  # [batch, output_dim]
    for _ in range(6):
        pose, states = lstm.step(pose, states)
    np.testing.assert_allclose(forecast(context, 6), pose, atol=1e-5)


def test_a_step_builds_a_new_network():
    lstm = LSTMStack(output_dim=4, hidden_dim=8)
    pose, _ = lstm.step(tf.zeros([2, 7]), lstm.initial_state(2))
    assert pose.shape == (2, 4)
    made = len(lstm.variables)
    lstm(tf.zeros([2, 3, 7]))
    assert len(lstm.variables) == made


def test_mixed_precision_keeps_the_states_of_one_dtype():
    lstm = LSTMStack(output_dim=4, hidden_dim=8, dtype="mixed_bfloat16")
    before = lstm.initial_state(2)
    pose, after = lstm.step(tf.zeros([2, 7]), before)
    assert pose.dtype == tf.float32
    assert {x.dtype for x in tf.nest.flatten([before, after])} == {tf.bfloat16}


def test_forget_bias_of_keras():
    lstm = LSTMStack(output_dim=4, hidden_dim=8, init="keras")
    lstm.build((None, None, 7))
    bias = lstm.recurrent[0].cell.bias.numpy().reshape(4, 8)
    np.testing.assert_array_equal(bias.mean(1), [0, 1, 0, 0])


def test_initial_values_of_pytorch():
    lstm = LSTMStack(output_dim=4, hidden_dim=64, init="torch")
    lstm.build((None, None, 70))
    first, second = [layer.cell for layer in lstm.recurrent]
    for kernel in (first.kernel, second.kernel, second.recurrent_kernel):
        assert 0.12 < np.abs(kernel).max() <= 0.125
    # Two biases are summed: up to twice the bound, twice the variance.
    assert np.abs(first.bias).max() <= 0.25
    assert np.std(first.bias) == pytest.approx(0.125 * (2 / 3) ** 0.5, rel=0.2)
    assert np.std(lstm.embed.kernel) == pytest.approx(0.02, rel=0.1)
    assert np.abs(first.kernel - second.kernel).max() > 0


def test_activations():
    (inputs,) = random_inputs((2, 3, 7))
    tanh = LSTMStack(output_dim=4, hidden_dim=8)
    linear = LSTMStack(output_dim=4, hidden_dim=8, activation="linear")
    linear.build(inputs.shape)
    expected = tanh(inputs)
    linear.set_weights(tanh.get_weights())
    np.testing.assert_allclose(np.tanh(linear(inputs)), expected, atol=1e-6)


def test_unknown_choices():
    with pytest.raises(ValueError, match="init must be .*'keras', 'torch'"):
        LSTMStack(4, init="jax")
    with pytest.raises(ValueError, match="activation must be one of"):
        LSTMStack(4, activation="relu")
