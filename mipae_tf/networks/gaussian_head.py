"""Diagonal Gaussians, and the layer that predicts them."""

from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.networks.replicas import replica_place


class Gaussian(NamedTuple):
    """A diagonal Gaussian as a tuple of tensors, usable as a loop state.

    Attributes:
        mean: `[..., dim]`.
        log_scale: logarithm of the standard deviation, `[..., dim]`.
    """

    mean: tf.Tensor
    log_scale: tf.Tensor

    @property
    def scale(self) -> tf.Tensor:
        """Standard deviation `[..., dim]`."""
        return tf.exp(self.log_scale)

    def draw(self, noise: tf.Tensor | None) -> tf.Tensor:
        """The mean, or a reparameterised sample if noise is given.

        Args:
            noise: standard normal `[..., dim]`, or None.
        """
        return self.mean if noise is None else self.mean + self.scale * noise


def standard_gaussian(shape: tf.Tensor) -> Gaussian:
    """The standard normal distribution N(0, I) with the given shape."""
    zeros = tf.zeros(shape)
    return Gaussian(zeros, zeros)


def noise_along(sequence: tf.Tensor, dim: int, key: tf.Tensor) -> tf.Tensor:
    """Standard normal `[batch, time, dim]` for a sequence `[batch, time, …]`.

    Each replica draws the noise of the whole global batch and takes its own
    part, so that the noise of an example does not depend on the number of
    replicas.

    Args:
        sequence: tensor that gives batch size and length.
        dim: dimensions of the noise at each time.
        key: int32 `[2]`, key of the stateless draw, the same in all replicas.
    """
    replica, replicas = replica_place()
    batch, time = tf.unstack(tf.shape(sequence)[:2])
    whole = tf.stack([batch * replicas, time, dim])
    first = batch * replica
    return tf.random.stateless_normal(whole, key)[first : first + batch]


@keras.saving.register_keras_serializable("mipae_tf")
class GaussianHead(keras.layers.Layer):
    """Two dense layers: mean and log-scale of a diagonal Gaussian.

    A soft clamp keeps log-scales within ±`LIMIT`, so that densities stay in the
    range of float32 early in training.

    Args:
        dim: dimensions of the Gaussian.
        first_log_scale: initial log-scale, before the clamp.
        **kwargs: `dtype`, `name` of the layer.
    """

    LIMIT = 7.0

    def __init__(
        self, dim: int, first_log_scale: float = 0.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.dim = dim
        self.first_log_scale = first_log_scale
        self.mean = keras.layers.Dense(dim, dtype="float32")
        self.log_scale = keras.layers.Dense(
            dim,
            kernel_initializer="zeros",
            bias_initializer=keras.initializers.Constant(first_log_scale),
            dtype="float32",
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for features [..., features]."""
        self.mean.build(input_shape)
        self.log_scale.build(input_shape)

    def call(self, features: tf.Tensor) -> Gaussian:
        """The Gaussian [..., dim] of features [..., features]."""
        return Gaussian(
            self.mean(features), soft_clamp(self.log_scale(features))
        )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "dim": self.dim,
            "first_log_scale": self.first_log_scale,
        }


def soft_clamp(log_scale: tf.Tensor) -> tf.Tensor:
    """Log-scales clamped to ±7; the identity to first order around 0."""
    limit = GaussianHead.LIMIT
    return limit * tf.tanh(log_scale / limit)
