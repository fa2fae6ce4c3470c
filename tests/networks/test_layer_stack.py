import keras
import numpy as np
from networks.harness import random_inputs
from networks.harness import run_layer_test

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.layer_stack import LayerStack


def two_blocks(dtype="float32"):
    pool = keras.layers.MaxPooling2D(2, dtype=dtype)
    return [ConvBlock(4, 3, dtype=dtype), pool, ConvBlock(6, 3, dtype=dtype)]


def test_layer():
    run_layer_test(
        lambda dtype="float32": LayerStack(two_blocks(dtype), dtype=dtype),
        {},
        input_shape=(2, 8, 8, 3),
        expected_output_shape=(2, 4, 4, 6),
        mixed_dtype="bfloat16",
    )


def test_training_reaches_every_norm():
    stack = LayerStack(two_blocks())
    (inputs,) = random_inputs((4, 8, 8, 3))
    stack(inputs, training=True)
    for block in (stack.stack[0], stack.stack[2]):
        assert np.any(block.norm.moving_mean.numpy() != 0)
