"""Transition model with one independent network per factor."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import soft_clamp

MIN_LOG_SCALE = -4.0  # of a residual transition


@keras.saving.register_keras_serializable("mipae_tf")
class FactorTransition(keras.layers.Layer):
    """One MLP per factor: the Gaussian p_i(z_t^i | z_{t-1}^i).

    Hidden layers of `hidden_dim` units with SELU, then mean and log-scale. The
    factors share no weights; they are computed together.

    A residual transition is initially close to the identity. Its means are
    bounded to ±7 and its standard deviations to 0.02 to 1. Otherwise, unused
    dimensions drift, a gain above 1 diverges, and a confident but wrong
    prediction dominates the loss.

    Args:
        factors: number of factors.
        factor_dim: dimensions of each factor.
        hidden_dim: units of a hidden layer; 128 in the paper.
        hidden_layers: number of hidden layers; 4 in the paper.
        residual: whether the previous state is added to the mean; False in
            the paper.
        **kwargs: `dtype`, `name` of the layer.

    References:
        - Disentangling Video with Independent Prediction
          (https://arxiv.org/abs/1901.05590), appendix A.
    """

    def __init__(
        self,
        factors: int,
        factor_dim: int,
        hidden_dim: int = 128,
        hidden_layers: int = 4,
        residual: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.factors = factors
        self.factor_dim = factor_dim
        self.hidden_dim = hidden_dim
        self.hidden_layers = hidden_layers
        self.residual = residual

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for states [batch, factors, factor_dim]."""
        widths = [
            self.factor_dim,
            *[self.hidden_dim] * self.hidden_layers,
            2 * self.factor_dim,
        ]
        self.kernels, self.biases = [], []
        for index, (inputs, outputs) in enumerate(zip(widths, widths[1:])):
            # LeCun's initialization of each factor's layer, as SELU needs. The
            # last layer starts small, because states diverge otherwise.
            gain = 1.0 if index < self.hidden_layers else 0.01
            self.kernels.append(
                self.add_weight(
                    shape=(self.factors, inputs, outputs),
                    initializer=keras.initializers.RandomNormal(
                        0.0, gain * inputs**-0.5
                    ),
                    name=f"kernel_{index}",
                )
            )
            self.biases.append(
                self.add_weight(
                    shape=(self.factors, 1, outputs),
                    initializer="zeros",
                    name=f"bias_{index}",
                )
            )

    def call(self, states: tf.Tensor) -> Gaussian:
        """Predicts the next states, Gaussian [batch, factors, factor_dim]."""
        x = tf.transpose(states, [1, 0, 2])  # [factors, batch, factor_dim]
        for index, kernel in enumerate(self.kernels):
            x = tf.matmul(x, kernel) + self.biases[index]
            if index < self.hidden_layers:
                x = tf.nn.selu(x)
        x = tf.transpose(x, [1, 0, 2])  # [batch, factors, 2 * factor_dim]
        mean, log_scale = tf.split(x, 2, axis=-1)
        if self.residual:
            return Gaussian(
                soft_clamp(states + mean),
                MIN_LOG_SCALE * tf.sigmoid(-log_scale),
            )
        return Gaussian(mean, soft_clamp(log_scale))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "factors": self.factors,
            "factor_dim": self.factor_dim,
            "hidden_dim": self.hidden_dim,
            "hidden_layers": self.hidden_layers,
            "residual": self.residual,
        }
