import numpy as np
import pytest
import tensorflow as tf
from networks.harness import random_inputs
from networks.harness import run_layer_test

from mipae_tf.networks.residual_block import ResidualBlock


@pytest.mark.parametrize("filters, strides, size", [(3, 1, 9), (6, 2, 5)])
def test_layer(filters, strides, size):
    run_layer_test(
        ResidualBlock,
        {"filters": filters, "strides": strides},
        input_shape=(2, 9, 9, 3),
        expected_output_shape=(2, size, size, filters),
        mixed_dtype="bfloat16",
    )


def test_the_shortcut_carries_the_input():
    block = ResidualBlock(3, norm="none")
    (inputs,) = random_inputs((2, 5, 5, 3))
    block.build(inputs.shape)
    block.second.conv.kernel.assign(tf.zeros_like(block.second.conv.kernel))
    np.testing.assert_allclose(block(inputs), inputs)
    assert block.shortcut is None


def test_a_halving_block_projects_every_second_pixel():
    block = ResidualBlock(2, strides=2, norm="none")
    (inputs,) = random_inputs((2, 5, 5, 3))
    block.build(inputs.shape)
    block.second.conv.kernel.assign(tf.zeros_like(block.second.conv.kernel))
    kernel = block.shortcut.conv.kernel.numpy()[0, 0]
    expected = np.maximum(inputs.numpy()[:, ::2, ::2] @ kernel, 0)
    np.testing.assert_allclose(block(inputs), expected, atol=1e-6)
