"""The posterior of a state, given the frame and the predicted state."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import GaussianHead
from mipae_tf.networks.layers import leaky_relu


@keras.saving.register_keras_serializable("mipae_tf")
class FilterPosterior(keras.layers.Layer):
    """The filtering posterior q(z_t | z_{t-1}, x_t).

    Its inputs are the features of x_t and the mean and scale of the predicted
    Gaussian. One dense layer for each of the three, a joint dense layer, all
    with leaky ReLU, then mean and log-scale. The gradient of the prediction is
    stopped: the posterior must not train the transition.

    Args:
        dim: dimensions of the state.
        hidden_dim: units of each dense layer; `dim` in the paper.
        **kwargs: `dtype`, `name` of the layer.

    References:
        - Disentangling Video with Independent Prediction
          (https://arxiv.org/abs/1901.05590), appendix A.
    """

    def __init__(
        self,
        dim: int,
        hidden_dim: int = 64,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.dim = dim
        self.hidden_dim = hidden_dim
        self.of_frame, self.of_mean, self.of_scale, self.joined = (
            keras.layers.Dense(
                hidden_dim, activation=leaky_relu, dtype=self.dtype_policy
            )
            for _ in range(4)
        )
        # A small initial scale: the decoder ignores states that are mostly
        # noise, and then never learns the positions of objects.
        self.head = GaussianHead(dim, first_log_scale=-3.0)

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for features [batch, features]."""
        self.of_frame.build(input_shape)
        for layer in (self.of_mean, self.of_scale):
            layer.build((None, self.dim))
        self.joined.build((None, 3 * self.hidden_dim))
        self.head.build((None, self.hidden_dim))

    def call(self, features: tf.Tensor, predicted: Gaussian) -> Gaussian:
        """Computes the posterior [batch, dim]."""
        mean = tf.stop_gradient(predicted.mean)
        scale = tf.stop_gradient(predicted.scale)
        joined = tf.concat(
            [
                self.of_frame(features),
                self.of_mean(mean),
                self.of_scale(scale),
            ],
            axis=-1,
        )  # [batch, 3 * hidden_dim]
        return self.head(self.joined(joined))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "dim": self.dim,
            "hidden_dim": self.hidden_dim,
        }
