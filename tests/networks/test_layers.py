import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.networks import layers


def test_batch_norm_keeps_nine_tenths_of_its_statistics():
    norm = layers.normalization("batch", 1)
    inputs = tf.constant([[0.0], [4.0]])  # mean 2, variance 4
    outputs = norm(inputs, training=True)
    np.testing.assert_allclose(norm.moving_mean, [0.1 * 2], rtol=1e-6)
    np.testing.assert_allclose(norm.moving_variance, [0.9 + 0.4], rtol=1e-6)
    expected = (inputs - 2) / np.sqrt(4 + 1e-5) * norm.gamma
    np.testing.assert_allclose(outputs, expected, rtol=1e-6)
    assert norm.epsilon == 1e-5


def test_batch_norm_can_be_synchronized():
    assert layers.normalization("batch", 8, synchronized=True).synchronized
    assert not layers.normalization("batch", 8).synchronized


@pytest.mark.parametrize(
    "channels, groups", [(512, 32), (64, 16), (8, 2), (20, 5), (7, 1), (2, 1)]
)
def test_group_norm_takes_groups_of_four_or_more(channels, groups):
    norm = layers.normalization("group", channels)
    assert norm.groups == groups
    assert norm.epsilon == 1e-5


def test_the_norm_none_is_the_identity():
    inputs = tf.random.normal([3, 4])
    outputs = layers.normalization("none", 4)(inputs)
    np.testing.assert_array_equal(outputs, inputs)


def test_kernels_start_as_published():
    kernel = layers.kernel_initializer()([100, 400])
    assert abs(float(tf.reduce_mean(kernel))) < 1e-3
    assert float(tf.math.reduce_std(kernel)) == pytest.approx(0.02, rel=0.02)


def test_norm_scales_start_as_published():
    norm = layers.normalization("batch", 4096)
    norm.build((None, 4096))
    assert float(np.mean(norm.gamma)) == pytest.approx(1, abs=2e-3)
    assert float(np.std(norm.gamma)) == pytest.approx(0.02, rel=0.1)


def test_two_kernels_of_one_shape_differ():
    first, second = [layers.kernel_initializer()([8, 8]) for _ in range(2)]
    assert float(tf.reduce_max(tf.abs(first - second))) > 1e-3


def test_leaky_relu_has_slope_one_fifth():
    outputs = layers.leaky_relu(tf.constant([-1.0, 0.0, 2.0]))
    np.testing.assert_allclose(outputs, [-0.2, 0, 2], rtol=1e-6)


def test_code_activations():
    codes = tf.constant([[3.0, -4.0]])
    tanh, linear, unit = [
        layers.code_activation(kind)(codes) for kind in layers.ACTIVATIONS
    ]
    np.testing.assert_allclose(tanh, np.tanh(codes), rtol=1e-6)
    np.testing.assert_allclose(linear, codes)
    np.testing.assert_allclose(unit, [[0.6, -0.8]], rtol=1e-6)


def test_torch_uniform_is_bounded_by_one_over_root():
    draw = np.abs(layers.torch_uniform(16)([64, 64]))
    assert 0.24 < draw.max() <= 0.25


@pytest.mark.parametrize(
    "call, field",
    [
        (lambda: layers.normalization("layer", 8), "norm"),
        (lambda: layers.code_activation("relu"), "activation"),
    ],
)
def test_unknown_choices_name_the_allowed_ones(call, field):
    with pytest.raises(ValueError, match=f"^{field} must be one of '.*got '"):
        call()


def test_norms_are_keras_layers():
    for kind in layers.NORMS:
        norm = layers.normalization(kind, 8, dtype="mixed_bfloat16")
        assert isinstance(norm, keras.layers.Layer)
        assert norm.compute_dtype == "bfloat16"
