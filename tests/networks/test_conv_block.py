"""Blocks, and the porting rules between PyTorch's padding and Keras'."""

import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test

from mipae_tf.networks.conv_block import ConvBlock


def bare(**kwargs):
    return ConvBlock(3, norm="none", activation="linear", **kwargs)


def convolve(inputs, kernel, stride, pad):
    """PyTorch's convolution, by hand: zeros on all sides, then windows."""
    padded = np.pad(inputs, [(0, 0), (pad, pad), (pad, pad), (0, 0)])
    size = kernel.shape[0]
    windows = np.lib.stride_tricks.sliding_window_view(
        padded, (size, size), axis=(1, 2)
    )[:, ::stride, ::stride]  # [batch, height, width, channel, size, size]
    return np.einsum("bhwcij,ijco->bhwo", windows, kernel)


def transpose(inputs, kernel, stride, pad):
    """PyTorch's transposed convolution, by hand: every pixel stamps."""
    batch, height, width, _ = inputs.shape
    size, _, out, _ = kernel.shape
    shape = (batch, (height - 1) * stride + size, (width - 1) * stride + size)
    canvas = np.zeros((*shape, out))
    for y in range(height):
        for x in range(width):
            stamp = np.einsum("bc,ijoc->bijo", inputs[:, y, x], kernel)
            top, left = y * stride, x * stride
            canvas[:, top : top + size, left : left + size] += stamp
    return canvas[:, pad : shape[1] - pad, pad : shape[2] - pad]


@pytest.mark.parametrize(
    "kernel_size, strides, padding, torch_pad",
    [(4, 2, "same", 1), (3, 1, "same", 1), (4, 1, "valid", 0)]
    + [(5, 2, 3, 3), (3, 2, 1, 1), (1, 2, "valid", 0)],
)
def test_padding_is_that_of_pytorch(kernel_size, strides, padding, torch_pad):
    (inputs,) = random_inputs((2, 8, 8, 2))
    block = bare(kernel_size=kernel_size, strides=strides, padding=padding)
    outputs = block(inputs)
    kernel = block.conv.kernel.numpy()
    expected = convolve(inputs.numpy(), kernel, strides, torch_pad)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)
    assert outputs.shape == block.compute_output_shape(inputs.shape)


def test_same_padding_of_an_odd_kernel_is_not_that_of_pytorch():
    (inputs,) = random_inputs((2, 8, 8, 2))
    block = bare(kernel_size=3, strides=2, padding="same")
    outputs = block(inputs).numpy()
    expected = convolve(inputs.numpy(), block.conv.kernel.numpy(), 2, 1)
    assert np.abs(outputs - expected).max() > 1e-3


@pytest.mark.parametrize(
    "strides, padding, torch_pad", [(2, "same", 1), (1, "valid", 0)]
)
def test_transposed_padding_is_that_of_pytorch(strides, padding, torch_pad):
    (inputs,) = random_inputs((2, 4, 4, 2))
    block = bare(
        kernel_size=4, strides=strides, padding=padding, transposed=True
    )
    outputs = block(inputs)
    kernel = block.conv.kernel.numpy()
    expected = transpose(inputs.numpy(), kernel, strides, torch_pad)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)


@pytest.mark.parametrize("norm", ["batch", "group", "none"])
@pytest.mark.parametrize("transposed", [False, True])
def test_layer(norm, transposed):
    size = 16 if transposed else 4
    run_layer_test(
        ConvBlock,
        {
            "filters": 8,
            "kernel_size": 4,
            "strides": 2,
            "norm": norm,
            "transposed": transposed,
        },
        input_shape=(2, 8, 8, 3),
        expected_output_shape=(2, size, size, 8),
        mixed_dtype="bfloat16",
    )


def test_a_bias_only_without_norm():
    assert bare(kernel_size=3).conv.use_bias
    assert not ConvBlock(3, 3, norm="batch").conv.use_bias


def test_a_bias_before_a_batch_norm_has_no_effect():
    (inputs,) = random_inputs((4, 8, 8, 3))
    block = ConvBlock(5, 3)
    expected = block(inputs, training=True)
    shifted = block.norm(block.conv(inputs) + 0.7, training=True)
    outputs = block.activation(shifted)
    np.testing.assert_allclose(outputs, expected, atol=1e-4)


def test_training_reaches_the_norm():
    (inputs,) = random_inputs((4, 8, 8, 3))
    block = ConvBlock(5, 3)
    block(inputs, training=False)
    still = block.norm.moving_mean.numpy()
    block(inputs, training=True)
    assert np.all(still == 0)
    assert np.any(block.norm.moving_mean.numpy() != 0)


def test_activations():
    inputs = tf.constant([-1.0, 1.0])
    given = {
        name: ConvBlock(1, 1, activation=name).activation(inputs).numpy()
        for name in ("leaky_relu", "relu", "linear")
    }
    np.testing.assert_allclose(given["leaky_relu"], [-0.2, 1])
    np.testing.assert_allclose(given["relu"], [0, 1])
    np.testing.assert_allclose(given["linear"], [-1, 1])
    with pytest.raises(ValueError, match="activation must be one of"):
        ConvBlock(1, 1, activation="elu")
