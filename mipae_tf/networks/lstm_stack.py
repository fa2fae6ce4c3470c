"""Recurrent network used by several models: dense, LSTM layers, dense."""

from collections.abc import Callable
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.layers import code_activation
from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.layers import require_choice
from mipae_tf.networks.layers import torch_uniform
from mipae_tf.networks.torch_lstm import TorchLSTMCell

States = tuple[tuple[tf.Tensor, tf.Tensor], ...]


@keras.saving.register_keras_serializable("mipae_tf")
class LSTMStack(keras.layers.Layer):
    """Dense layer, LSTM layers, dense layer.

    The same weights process a whole sequence in one call, for teacher forcing,
    or a single `step`, for a roll-out. Inputs are float32 [batch, time, dim];
    outputs are float32 [batch, time, output_dim] under every dtype policy.
    States are a pair of [batch, hidden_dim] per LSTM layer.

    Args:
        output_dim: length of an output.
        hidden_dim: units of each LSTM layer; 256 as published.
        layers: number of LSTM layers; 2 as published.
        activation: activation of the outputs: 'tanh', 'linear' or 'unit'.
        init: 'keras' (Glorot, orthogonal, forget bias 1), or 'torch' as
            published (LSTM from U(±1/√hidden_dim) without a forget bias of 1,
            dense layers from N(0, 0.02²)).
        biases: number of biases of an LSTM: 1 as in Keras, or 2 as in PyTorch,
            see `TorchLSTMCell`. With 2, no cuDNN kernel is used.
        use_cudnn: 'auto', or False for a network that is compiled with XLA, or
            exported to machines without a GPU.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: if the activation, `init` or number of biases is unknown.

    Example:

    >>> lstm = LSTMStack(output_dim=5, hidden_dim=16)
    >>> lstm(tf.zeros([2, 14, 133])).shape
    TensorShape([2, 14, 5])
    >>> outputs, states = lstm(tf.zeros([2, 5, 133]), return_states=True)
    >>> output, states = lstm.step(tf.zeros([2, 133]), states)

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), eq. 7 and the authors'
          code.
    """

    def __init__(
        self,
        output_dim: int,
        hidden_dim: int = 256,
        layers: int = 2,
        activation: str = "tanh",
        init: str = "keras",
        biases: int = 1,
        use_cudnn: str | bool = "auto",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        require_choice("init", init, ("keras", "torch"))
        require_choice("biases", biases, (1, 2))
        self._config = {
            "output_dim": output_dim,
            "hidden_dim": hidden_dim,
            "layers": layers,
            "activation": activation,
            "init": init,
            "biases": biases,
            "use_cudnn": use_cudnn,
        }
        self.hidden_dim = hidden_dim
        self.embed = keras.layers.Dense(
            hidden_dim, dtype=self.dtype_policy, **_dense_init(init)
        )
        self.recurrent = [self._make_recurrent() for _ in range(layers)]
        self.readout = keras.layers.Dense(
            output_dim, dtype="float32", **_dense_init(init)
        )
        self.activation = code_activation(activation)

    def _make_recurrent(self) -> keras.layers.RNN:
        config = self._config
        weights = {
            "units": self.hidden_dim,
            "dtype": self.dtype_policy,
            **lstm_init(config["init"], self.hidden_dim, config["biases"]),
        }
        returned = {"return_sequences": True, "return_state": True}
        if config["biases"] == 1:
            use_cudnn = config["use_cudnn"]
            return keras.layers.LSTM(**weights, **returned, use_cudnn=use_cudnn)
        cell = TorchLSTMCell(**weights)
        return keras.layers.RNN(cell, **returned, dtype=self.dtype_policy)

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for inputs [batch, time, dim]."""
        self.embed.build(input_shape)
        hidden_shape = (*input_shape[:-1], self.hidden_dim)
        for lstm in self.recurrent:
            lstm.build(hidden_shape)
        self.readout.build(hidden_shape)

    def call(
        self,
        inputs: tf.Tensor,
        states: States | None = None,
        return_states: bool = False,
    ) -> tf.Tensor | tuple[tf.Tensor, States]:
        """Outputs [batch, time, output_dim], one for each input.

        Args:
            inputs: `[batch, time, dim]`.
            states: states before the first input; zeros if None.
            return_states: whether to also return the states after the last
                input.
        """
        x = self.embed(inputs)
        after = []
        for index, lstm in enumerate(self.recurrent):
            before = None if states is None else list(states[index])
            x, hidden, cell = lstm(x, initial_state=before)
            after.append((hidden, cell))
        outputs = self.activation(self.readout(x))  # [batch, time, output_dim]
        return (outputs, tuple(after)) if return_states else outputs

    def step(
        self, inputs: tf.Tensor, states: States
    ) -> tuple[tf.Tensor, States]:
        """Output [batch, output_dim] and states after an input [batch, dim]."""
        if not self.built:
            self.build((None, None, inputs.shape[-1]))
        x = self.embed(inputs)
        after = []
        for lstm, before in zip(self.recurrent, states, strict=True):
            x, (hidden, cell) = lstm.cell(x, list(before))
            after.append((hidden, cell))
        return self.activation(self.readout(x)), tuple(after)

    def initial_state(self, batch: int | tf.Tensor) -> States:
        """States of zeros, before the first input."""
        zeros = tf.zeros([batch, self.hidden_dim], self.compute_dtype)
        return tuple((zeros, zeros) for _ in self.recurrent)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), **self._config}


def _dense_init(init: str) -> dict[str, Any]:
    if init == "keras":
        return {}
    return {"kernel_initializer": kernel_initializer()}


def lstm_init(init: str, hidden_dim: int, biases: int) -> dict[str, Any]:
    """Initializers of an LSTM layer or cell; arguments as of `LSTMStack`."""
    if init == "keras":
        return {}
    bias = torch_uniform if biases == 2 else _sum_of_two
    return {
        "kernel_initializer": torch_uniform(hidden_dim),
        "recurrent_initializer": torch_uniform(hidden_dim),
        "bias_initializer": bias(hidden_dim),
        "unit_forget_bias": False,
    }


def _sum_of_two(hidden_dim: int) -> Callable:
    """Sum of PyTorch's two LSTM biases, each drawn from U(±1/√hidden)."""
    first, second = torch_uniform(hidden_dim), torch_uniform(hidden_dim)
    return lambda shape, dtype: first(shape, dtype) + second(shape, dtype)
