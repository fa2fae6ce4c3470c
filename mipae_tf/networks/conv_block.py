"""A block of convolution, normalisation and activation."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import normalization
from mipae_tf.networks.layers import require_choice

_ACTIVATIONS = {
    "leaky_relu": leaky_relu,
    "relu": tf.nn.relu,
    "linear": tf.identity,
}


@keras.saving.register_keras_serializable("mipae_tf")
class ConvBlock(keras.layers.Layer):
    """A convolution or transposed convolution with norm and activation.

    The convolution has a bias only if it has no norm: a batch norm would
    subtract the bias again, so that its gradient would be zero.

    Args:
        filters: number of output channels.
        kernel_size: height and width of the kernel.
        strides: stride in pixels.
        padding: 'same', 'valid', or the number of rows and columns of zeros on
            every side, as in PyTorch. For stride 2 and an odd kernel, 'same'
            pads unevenly.
        norm: one of `layers.NORMS`.
        activation: 'leaky_relu' (slope 0.2), 'relu' or 'linear'.
        transposed: whether the convolution is transposed.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    Example:

    >>> block = ConvBlock(8, 4, strides=2)
    >>> block(tf.zeros([2, 64, 64, 3])).shape
    TensorShape([2, 32, 32, 8])
    """

    def __init__(
        self,
        filters: int,
        kernel_size: int,
        strides: int = 1,
        padding: str | int = "same",
        norm: str = "batch",
        activation: str = "leaky_relu",
        transposed: bool = False,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        require_choice("activation", activation, _ACTIVATIONS)
        self._config = {
            "filters": filters,
            "kernel_size": kernel_size,
            "strides": strides,
            "padding": padding,
            "norm": norm,
            "activation": activation,
            "transposed": transposed,
            "synchronized": synchronized,
        }
        self.pad = None
        if isinstance(padding, int):
            self.pad = keras.layers.ZeroPadding2D(
                padding, dtype=self.dtype_policy
            )
        layers = keras.layers
        conv = layers.Conv2DTranspose if transposed else layers.Conv2D
        self.conv = conv(
            filters,
            kernel_size,
            strides=strides,
            padding=padding if self.pad is None else "valid",
            use_bias=norm == "none",
            kernel_initializer=kernel_initializer(),
            dtype=self.dtype_policy,
        )
        self.norm = normalization(
            norm, filters, synchronized, dtype=self.dtype_policy
        )
        self.activation = _ACTIVATIONS[activation]

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for inputs [batch, height, width, channel]."""
        self.conv.build(self._padded(input_shape))
        self.norm.build(self.compute_output_shape(input_shape))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Shape of the output map."""
        return self.conv.compute_output_shape(self._padded(input_shape))

    def _padded(self, shape: tuple) -> tuple:
        if self.pad is None:
            return shape
        return self.pad.compute_output_shape(shape)

    def call(
        self, inputs: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Output map of an input map [batch, height, width, channel]."""
        x = inputs if self.pad is None else self.pad(inputs)
        # Keras passes `training` on to a norm that has this argument.
        return self.activation(self.norm(self.conv(x)))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), **self._config}
