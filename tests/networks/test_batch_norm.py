from unittest.mock import Mock

import keras
import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.networks.batch_norm import BatchNorm


def pair(**kwargs):
    """Ours and Keras' layer with the same constants."""
    kwargs = {"momentum": 0.9, "epsilon": 1e-5, **kwargs}
    layers = BatchNorm(**kwargs), keras.layers.BatchNormalization(**kwargs)
    rng = np.random.default_rng(0)
    for layer in layers:
        layer.build((None, None, None, 3))
    gamma, beta = rng.uniform(0.5, 2, 3), rng.normal(size=3)
    for layer in layers:
        layer.gamma.assign(gamma)
        layer.beta.assign(beta)
    return layers


def some_maps():
    rng = np.random.default_rng(1)
    return tf.constant(rng.normal(3, 2, (2, 3, 4, 3)), tf.float32)


def learnt(layer, maps, compiled):
    """Outputs, gradients and moving statistics of one training step."""

    def step(maps):
        with tf.GradientTape() as tape:
            tape.watch(maps)
            out = layer(maps, training=True)
            weights = tf.sin(tf.range(float(out.shape.num_elements())))
            weights = tf.reshape(weights, out.shape)
            loss = tf.reduce_sum(weights * tf.cast(out, tf.float32))
        return out, tape.gradient(loss, [maps, layer.gamma, layer.beta])

    step = tf.function(step) if compiled else step
    out, gradients = step(maps)
    averages = [layer.moving_mean.numpy(), layer.moving_variance.numpy()]
    return [x.numpy() for x in (out, *gradients)] + averages


@pytest.mark.parametrize("compiled", [False, True])
def test_one_step_is_that_of_keras(compiled):
    maps = some_maps()
    ours, theirs = (learnt(layer, maps, compiled) for layer in pair())
    assert len(ours) == 6
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)
    assert np.abs(ours[-2]).min() > 0.1  # the averages moved


def moments_of(maps):
    """Mean and unbiased variance of each channel, float64."""
    rows = np.array(maps, np.float64).reshape(-1, maps.shape[-1])
    return rows.mean(axis=0), rows.var(axis=0, ddof=1)


@pytest.mark.parametrize(
    "inputs",
    [some_maps(), some_maps()[:, 0, 0], some_maps()[:, :, 0]],
    ids=["maps", "codes", "sequences"],
)
@pytest.mark.parametrize("xla", [False, True])
def test_averages_of_pytorch(inputs, xla):
    """Two steps: an average of unbiased variances, as its own rule says."""
    ours = BatchNorm(momentum=0.9, epsilon=1e-5, unbiased=True)
    biased = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5)
    for layer in (ours, biased):
        layer.build(inputs.shape)
    step = tf.function(lambda x: ours(x, training=True), jit_compile=xla)
    mean, variance = 0.0, 1.0
    for batch in (inputs, 2.0 * inputs + 1.0):
        np.testing.assert_allclose(
            step(batch), biased(batch, training=True), rtol=1e-4, atol=1e-5
        )
        found = moments_of(batch)
        mean = 0.9 * mean + 0.1 * found[0]
        variance = 0.9 * variance + 0.1 * found[1]
    np.testing.assert_allclose(ours.moving_mean, mean, rtol=1e-5)
    np.testing.assert_allclose(ours.moving_variance, variance, rtol=1e-5)
    assert np.abs(biased.moving_variance / variance - 1.0).min() > 0.01


def test_the_variance_of_one_value_is_zero():
    ours = BatchNorm(momentum=0.9, epsilon=1e-5, unbiased=True)
    ours(tf.ones([1, 3]), training=True)
    np.testing.assert_allclose(ours.moving_variance, [0.9] * 3, rtol=1e-6)


def test_its_config_says_whether_variances_are_unbiased():
    for unbiased in (False, True):
        config = BatchNorm(unbiased=unbiased).get_config()
        assert BatchNorm.from_config(config).unbiased == unbiased
    with pytest.raises(ValueError, match="cannot be combined with renorm"):
        BatchNorm(unbiased=True, renorm=True)
    with pytest.raises(ValueError, match="does not support a mask"):
        ours = BatchNorm(unbiased=True)
        ours(some_maps()[0], training=True, mask=tf.ones([3, 4], bool))


def test_bfloat16_goes_through_float32():
    rng = np.random.default_rng(1)
    maps = tf.cast(rng.normal(50, 1, (2, 8, 8, 3)), tf.bfloat16)
    ours, theirs = (
        learnt(layer, maps, False) for layer in pair(dtype="mixed_bfloat16")
    )
    assert ours[0].dtype == tf.bfloat16.as_numpy_dtype
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(
            one.astype(np.float32),
            other.astype(np.float32),
            rtol=1e-2,
            atol=1e-2,
        )
    np.testing.assert_allclose(ours[-1], theirs[-1], rtol=1e-5)


def test_xla_compiles_it():
    maps = some_maps()
    plain, compiled = pair()[0], pair()[0]
    fast = tf.function(lambda x: compiled(x, training=True), jit_compile=True)
    np.testing.assert_allclose(
        fast(maps), plain(maps, training=True), rtol=1e-4, atol=1e-5
    )
    np.testing.assert_allclose(
        compiled.moving_variance, plain.moving_variance, rtol=1e-5
    )


@pytest.mark.parametrize("training, trainable", [(False, True), (True, False)])
def test_a_frozen_layer_uses_moving_averages(training, trainable):
    ours, _ = pair()
    ours.moving_mean.assign([1.0, 2.0, 3.0])
    ours.trainable = trainable
    maps = some_maps()
    expected = (maps - ours.moving_mean) / np.sqrt(1 + 1e-5)
    np.testing.assert_allclose(
        ours(maps, training=training),
        expected * ours.gamma + ours.beta,
        rtol=1e-4,
        atol=1e-5,
    )
    np.testing.assert_array_equal(ours.moving_mean, [1.0, 2.0, 3.0])


@pytest.mark.parametrize(
    "given",
    [
        {"scale": False},
        {"center": False},
        {"renorm": True},
        {"axis": 1},
        {"synchronized": True},
        {"dtype": "float64"},
    ],
)
def test_unsupported_cases_use_the_keras_layer(monkeypatch, given):
    kernel = Mock(side_effect=AssertionError("the kernel was called"))
    monkeypatch.setattr(tf.raw_ops, "FusedBatchNormV3", kernel)
    kwargs = {"momentum": 0.9, "epsilon": 1e-5, **given}
    ours, theirs = (
        BatchNorm(**kwargs),
        keras.layers.BatchNormalization(**kwargs),
    )
    np.testing.assert_array_equal(
        ours(some_maps(), training=True), theirs(some_maps(), training=True)
    )


def test_codes_are_normalised_too():
    ours = BatchNorm(momentum=0.9, epsilon=1e-5)
    out = ours(tf.constant([[0.0], [4.0]]), training=True)
    np.testing.assert_allclose(out, [[-1.0], [1.0]], rtol=1e-4)
    np.testing.assert_allclose(ours.moving_variance, [0.9 + 0.4], rtol=1e-6)
