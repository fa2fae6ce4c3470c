"""A critic whose scores are reduced by a learned log-baseline."""

import keras
import tensorflow as tf

from mipae_tf.networks.layers import kernel_initializer


class BaselinedCritic(keras.layers.Layer):
    """C(first, second) - a(second), for the TUBA bound.

    Args:
        critic: C, built.
        hidden_dim: units of the one hidden layer of a.

    References:
        - On Variational Bounds of Mutual Information
          (https://arxiv.org/abs/1905.06922), section 2.
    """

    def __init__(self, critic: keras.layers.Layer, hidden_dim: int) -> None:
        super().__init__()
        self.critic = critic
        self.hidden = keras.layers.Dense(
            hidden_dim,
            activation="relu",
            kernel_initializer=kernel_initializer(),
        )
        self.log_baseline = keras.layers.Dense(
            1, kernel_initializer=kernel_initializer(), dtype="float32"
        )

    def build(self, input_shape: tuple) -> None:
        """Makes the variables for poses `[batch, dim]`."""
        self.hidden.build(input_shape)
        self.log_baseline.build((None, self.hidden.units))

    def call(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        """float32 `[batch]` of poses `[batch, dim]` each."""
        baseline = self.log_baseline(self.hidden(second))
        return self.critic(first, second) - tf.squeeze(baseline, axis=-1)
