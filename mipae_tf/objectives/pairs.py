"""Random partners within a batch, for marginal pairs."""

import tensorflow as tf


def derangement(count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """A random cyclic shift: no example is paired with itself.

    Args:
        count: number of examples, at least 2.
        seed: int32 `[2]`, key of the stateless draw.

    Returns:
        int32 `[count]`, index of the partner of each example.
    """
    shift = tf.random.stateless_uniform([], seed, 1, count, dtype=tf.int32)
    return tf.math.floormod(tf.range(count) + shift, count)


def permutation(count: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """A uniform permutation, as published in MIPAE.

    It has one fixed point on average. Each fixed point is a joint pair among
    the marginal ones, which limits the optimal critic to about the logarithm of
    the batch size.

    Args:
        count: number of examples.
        seed: int32 `[2]`, key of the stateless draw.

    Returns:
        int32 `[count]`, index of the partner of each example.
    """
    keys = tf.random.stateless_uniform([count], seed)
    return tf.argsort(keys)
