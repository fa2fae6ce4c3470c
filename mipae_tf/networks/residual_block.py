"""The basic block of a residual network."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.conv_block import ConvBlock


@keras.saving.register_keras_serializable("mipae_tf")
class ResidualBlock(keras.layers.Layer):
    """Two 3×3 convolutions with a shortcut connection.

    If the block halves the map, the shortcut is a 1×1 convolution with stride 2
    and a norm; otherwise the input must already have `filters` channels.

    Args:
        filters: number of output channels.
        strides: 1, or 2 to halve height and width.
        norm: one of `layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    References:
        - Deep residual learning (https://arxiv.org/abs/1512.03385), fig. 5
          left.
    """

    def __init__(
        self,
        filters: int,
        strides: int = 1,
        norm: str = "batch",
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._config = {
            "filters": filters,
            "strides": strides,
            "norm": norm,
            "synchronized": synchronized,
        }
        options = {
            "norm": norm,
            "synchronized": synchronized,
            "dtype": self.dtype_policy,
        }
        self.first = ConvBlock(
            filters, 3, strides, padding=1, activation="relu", **options
        )
        self.second = ConvBlock(filters, 3, activation="linear", **options)
        self.shortcut = None
        if strides != 1:
            self.shortcut = ConvBlock(
                filters, 1, strides, "valid", activation="linear", **options
            )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for inputs [batch, height, width, channel]."""
        self.first.build(input_shape)
        self.second.build(self.compute_output_shape(input_shape))
        if self.shortcut is not None:
            self.shortcut.build(input_shape)

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Shape of the output map."""
        return self.first.compute_output_shape(input_shape)

    def call(
        self, inputs: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Output map of an input map [batch, height, width, channel]."""
        x = self.first(inputs, training=training)
        x = self.second(x, training=training)
        carried = inputs
        if self.shortcut is not None:
            carried = self.shortcut(inputs, training=training)
        return tf.nn.relu(x + carried)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), **self._config}
