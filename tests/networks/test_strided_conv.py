import numpy as np
import pytest
import tensorflow as tf

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


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
@pytest.mark.parametrize("transposed", [False, True])
def test_a_block_uses_it(dtype, transposed):
    draw = tf.random.stateless_normal([2, 8, 8, 5], [0, 0])
    block = ConvBlock(20, 4, 2, norm="none", transposed=transposed, dtype=dtype)
    fast = block(draw)
    assert block.fast_on_cpu
    block.conv.bias.assign(tf.range(20.0))
    fast, block.fast_on_cpu = block(draw), False
    plain = block(draw)
    assert fast.dtype == plain.dtype == block.compute_dtype
    np.testing.assert_allclose(
        tf.cast(fast, tf.float32),
        tf.cast(plain, tf.float32),
        rtol=1e-5 if dtype == "float32" else 1e-2,
        atol=1e-5 if dtype == "float32" else 2e-2,
    )


def test_an_odd_map_is_halved_as_ever():
    draw = tf.random.stateless_normal([2, 7, 8, 5], [0, 0])
    block = ConvBlock(20, 4, 2, norm="none", activation="linear")
    found = block(draw)
    expected = tf.nn.conv2d(draw, block.conv.kernel, 2, "SAME")
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
