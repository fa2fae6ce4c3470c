import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.networks import conv_block
from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.strided_conv import double
from mipae_tf.networks.strided_conv import halve


def own_halve(inputs, kernel):
    return tf.nn.conv2d(inputs, kernel, 2, "SAME")


def own_double(inputs, kernel):
    batch, height, width, _ = inputs.shape
    size = [batch, 2 * height, 2 * width, kernel.shape[2]]
    return tf.nn.conv2d_transpose(inputs, kernel, size, 2)


def values(function, inputs, kernel, weight):
    """The result, its gradients, and a gradient of these."""
    with tf.GradientTape() as outer:
        outer.watch([inputs, kernel])
        with tf.GradientTape() as tape:
            tape.watch([inputs, kernel])
            out = function(inputs, kernel)
            loss = tf.reduce_sum(weight * out)
        first = tape.gradient(loss, [inputs, kernel])
        loss = sum(tf.reduce_sum(tf.square(g)) for g in first)
    return [out, *first, *outer.gradient(loss, [inputs, kernel])]


@pytest.mark.parametrize("wide", [3, 20])  # few channels, and many
@pytest.mark.parametrize(
    "ours, own", [(halve, own_halve), (double, own_double)]
)
def test_the_same_as_tensorflows_own(ours, own, wide):
    draw = np.random.default_rng(0).normal
    kernel = tf.constant(draw(size=[4, 4, wide, 6]))
    small, large = draw(size=[2, 3, 5, 6]), draw(size=[2, 6, 10, wide])
    inputs, weight = (large, small) if ours is halve else (small, large)
    given = [tf.constant(inputs), kernel, tf.constant(weight)]
    expected = values(own, *given)
    for found in (values(ours, *given), tf.function(values)(ours, *given)):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, rtol=1e-9, atol=1e-9)


def gradients(block, inputs):
    with tf.GradientTape() as tape:
        tape.watch(inputs)
        out = block(inputs)
        loss = tf.reduce_sum(tf.square(tf.cast(out, tf.float32)))
    return [out, *tape.gradient(loss, [inputs, *block.trainable_variables])]


@pytest.mark.parametrize(
    "dtype, tolerance", [("float32", 1e-5), ("mixed_bfloat16", 0.1)]
)
@pytest.mark.parametrize("transposed", [False, True])
def test_a_block_uses_it(dtype, tolerance, transposed, monkeypatch):
    inputs = tf.random.stateless_normal([2, 8, 8, 20], [0, 0])
    block = ConvBlock(20, 4, 2, norm="none", transposed=transposed, dtype=dtype)
    block.build(inputs.shape)
    block.conv.bias.assign(0.01 * tf.range(20.0))
    fast, block.fast_on_cpu = gradients(block, inputs), False
    for found, expected in zip(fast, gradients(block, inputs), strict=True):
        assert found.dtype == expected.dtype
        found, expected = (
            tf.cast(found, tf.float32),
            tf.cast(expected, tf.float32),
        )
        scale = float(tf.reduce_max(tf.abs(expected)))
        np.testing.assert_allclose(found, expected, atol=tolerance * scale)
    block.fast_on_cpu = True
    name = "double" if transposed else "halve"
    monkeypatch.setattr(conv_block, name, lambda x, kernel: x[..., :1] * 0.0)
    assert block(inputs).shape == inputs.shape  # its bias is broadcast


def test_an_odd_map_is_halved_as_ever():
    draw = tf.random.stateless_normal([2, 7, 8, 5], [0, 0])
    block = ConvBlock(20, 4, 2, norm="none", activation="linear")
    found = block(draw)
    expected = tf.nn.conv2d(draw, block.conv.kernel, 2, "SAME")
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)


def test_a_map_of_unknown_size_is_convolved_as_ever():
    block = ConvBlock(20, 4, 2, norm="none", activation="linear")
    block.build([None, None, None, 5])
    draw = tf.random.stateless_normal([2, 8, 8, 5], [0, 0])
    anything = tf.function(
        block, input_signature=[tf.TensorSpec([None, None, None, 5])]
    )
    np.testing.assert_allclose(anything(draw), block(draw), atol=1e-6)
