"""An LSTM with a Gaussian output."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import soft_clamp
from mipae_tf.networks.lstm_stack import LSTMStack
from mipae_tf.networks.lstm_stack import States


@keras.saving.register_keras_serializable("mipae_tf")
class GaussianLSTM(keras.layers.Layer):
    """A dense layer, LSTM layers, then mean and log-variance.

    Args:
        dim: dimensions of the Gaussian.
        hidden_dim: units of each LSTM layer.
        layers: number of LSTM layers.
        first_log_scale: approximate initial value of the log-scale.
        clamp: whether log-scales are bounded to ±7, see `soft_clamp`.
        init: initialization of the LSTM, see `LSTMStack`.
        biases: number of biases of the LSTM, see `LSTMStack`.
        **kwargs: `name` of the layer.

    References:
        - SVG (https://arxiv.org/abs/1802.07687), prior and posterior.
    """

    def __init__(
        self,
        dim: int,
        hidden_dim: int = 256,
        layers: int = 1,
        first_log_scale: float = 0.0,
        clamp: bool = True,
        init: str = "keras",
        biases: int = 1,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._config = {
            "dim": dim,
            "hidden_dim": hidden_dim,
            "layers": layers,
            "first_log_scale": first_log_scale,
            "clamp": clamp,
            "init": init,
            "biases": biases,
        }
        self.clamp = clamp
        self.first_log_scale = first_log_scale
        self.lstm = LSTMStack(
            2 * dim,
            hidden_dim,
            layers,
            activation="linear",
            init=init,
            biases=biases,
            use_cudnn=False,
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for inputs [batch, time, dim]."""
        self.lstm.build(input_shape)

    def call(self, inputs: tf.Tensor, states: States) -> tuple:
        """Computes a Gaussian [batch, time, dim] per input, and the states."""
        out, states = self.lstm(inputs, states, return_states=True)
        return self._gaussian(out), states

    def step(
        self, inputs: tf.Tensor, states: States
    ) -> tuple[Gaussian, States]:
        """Computes the Gaussian [batch, dim] of one input, and the states."""
        out, states = self.lstm.step(inputs, states)
        return self._gaussian(out), states

    def _gaussian(self, out: tf.Tensor) -> Gaussian:
        mean, log_variance = tf.split(out, 2, axis=-1)
        log_scale = self.first_log_scale + 0.5 * log_variance
        if self.clamp:
            log_scale = soft_clamp(log_scale)
        return Gaussian(mean, log_scale)

    def initial_state(self, batch: int | tf.Tensor) -> States:
        """States before the first input."""
        return self.lstm.initial_state(batch)

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {**super().get_config(), **self._config}
