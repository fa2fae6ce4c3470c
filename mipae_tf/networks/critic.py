"""The critic, which scores pairs of poses."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.layers import kernel_initializer


@keras.saving.register_keras_serializable("mipae_tf")
class Critic(keras.layers.Layer):
    """Scores how likely two poses come from the same clip.

    An MLP of both poses with ReLU and no norm, and a float32 logit as output.
    The scene discriminator of DRNET is the same with `hidden_dim` 100.

    Args:
        hidden_dim: units of each hidden layer; 512 as published.
        hidden_layers: number of hidden layers; 2 as published.
        **kwargs: `dtype`, `name` of the layer.

    Example:

    >>> critic = Critic(hidden_dim=16)
    >>> critic(tf.zeros([2, 5]), tf.zeros([2, 5])).shape
    TensorShape([2])

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), eq. 5 and the authors'
          code.
    """

    def __init__(
        self, hidden_dim: int = 512, hidden_layers: int = 2, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.hidden_dim = hidden_dim
        self.hidden_layers = hidden_layers
        self.hidden = [
            keras.layers.Dense(
                hidden_dim,
                activation="relu",
                kernel_initializer=kernel_initializer(),
                dtype=self.dtype_policy,
            )
            for _ in range(hidden_layers)
        ]
        self.logit = keras.layers.Dense(
            1, kernel_initializer=kernel_initializer(), dtype="float32"
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for two poses of shape [batch, dim] each."""
        size = 2 * input_shape[-1]
        for layer in [*self.hidden, self.logit]:
            layer.build((None, size))
            size = self.hidden_dim

    def call(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        """Logits [batch] of poses `first` and `second` [batch, dim]."""
        x = tf.concat([first, second], axis=-1)  # [batch, 2 * dim]
        for layer in self.hidden:
            x = layer(x)
        return tf.squeeze(self.logit(x), axis=-1)  # [batch]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "hidden_dim": self.hidden_dim,
            "hidden_layers": self.hidden_layers,
        }
