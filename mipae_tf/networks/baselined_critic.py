"""A critic with a learned log-baseline."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.critic import Critic
from mipae_tf.networks.layers import kernel_initializer


@keras.saving.register_keras_serializable("mipae_tf")
class BaselinedCritic(Critic):
    """C(first, second) - a(second), for the TUBA bound.

    The log-baseline a is an MLP with one hidden layer.

    Args:
        hidden_dim: units of each hidden layer, in C and in a.
        **kwargs: see `Critic`.

    References:
        - On Variational Bounds of Mutual Information
          (https://arxiv.org/abs/1905.06922), section 2.
    """

    def __init__(self, hidden_dim: int = 512, **kwargs: Any) -> None:
        super().__init__(hidden_dim, **kwargs)
        self.baseline_hidden = keras.layers.Dense(
            hidden_dim,
            activation="relu",
            kernel_initializer=kernel_initializer(),
            dtype=self.dtype_policy,
        )
        self.log_baseline = keras.layers.Dense(
            1, kernel_initializer=kernel_initializer(), dtype="float32"
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for two poses of shape [batch, dim] each."""
        super().build(input_shape)
        self.baseline_hidden.build(input_shape)
        self.log_baseline.build((None, self.hidden_dim))

    def call(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        """Scores [batch], float32, of `first` and `second` [batch, dim]."""
        baseline = self.log_baseline(self.baseline_hidden(second))
        score = super().call(first, second)
        return score - tf.squeeze(baseline, axis=-1)  # [batch]
