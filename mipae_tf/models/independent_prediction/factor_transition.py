"""Predicts each factor of a state from its own past only."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import soft_clamp

LEAST_LOG_SCALE = -4.0  # of a residual transition


@keras.saving.register_keras_serializable("mipae_tf")
class FactorTransition(keras.layers.Layer):
    """A perceptron for each factor: Gaussian of z_t^i, given z_{t-1}^i.

    Layers of `hidden_dim` units with SELU, then mean and log-scale; every
    factor has weights of its own, all factors are computed at once.

    A residual transition starts as the identity. Its means are kept within
    ±7 and its standard deviations between 0.02 and 1: otherwise unused
    dimensions drift, a gain above 1 diverges, and a confident wrong prediction
    dominates the loss.

    Args:
        factors: number of factors.
        factor_dim: dimensions of each.
        hidden_dim: units of a hidden layer; 128 as published.
        hidden_layers: number of hidden layers; 4 as published.
        residual: whether the mean is added to the last state; False as
            published.
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
        """Makes the variables for states [batch, factors, factor_dim]."""
        widths = [
            self.factor_dim,
            *[self.hidden_dim] * self.hidden_layers,
            2 * self.factor_dim,
        ]
        self.kernels, self.biases = [], []
        for index, (given, made) in enumerate(zip(widths, widths[1:])):
            # LeCun's, which SELU asks for, of one factor's layer; the last
            # starts small, or states diverge before anything is learnt.
            gain = 1.0 if index < self.hidden_layers else 0.01
            self.kernels.append(
                self.add_weight(
                    shape=(self.factors, given, made),
                    initializer=keras.initializers.RandomNormal(
                        0.0, gain * given**-0.5
                    ),
                    name=f"kernel_{index}",
                )
            )
            self.biases.append(
                self.add_weight(
                    shape=(self.factors, 1, made),
                    initializer="zeros",
                    name=f"bias_{index}",
                )
            )

    def call(self, states: tf.Tensor) -> Gaussian:
        """Gaussians [batch, factors, factor_dim] of the next states."""
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
                LEAST_LOG_SCALE * tf.sigmoid(-log_scale),
            )
        return Gaussian(mean, soft_clamp(log_scale))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "factors": self.factors,
            "factor_dim": self.factor_dim,
            "hidden_dim": self.hidden_dim,
            "hidden_layers": self.hidden_layers,
            "residual": self.residual,
        }
