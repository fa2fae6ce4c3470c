"""The spatial broadcast decoder."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.coordinates import with_coordinates

KERNELS = (1, 3, 3)


@keras.saving.register_keras_serializable("mipae_tf")
class BroadcastDecoder(keras.layers.Layer):
    """Decodes a code that is repeated at every pixel, beside its coordinates.

    A 1×1 and two 3×3 convolutions with ELU, and a 1×1 convolution without
    activation. The first sees a code that is the same at every pixel, where a
    3×3 kernel would see no more. Outputs are float32 under every dtype policy.

    Args:
        size: height and width of an output.
        channels: channels of an output.
        width: channels of the hidden maps.
        first_bias: initial bias of each output channel.
        **kwargs: `dtype`, `name` of the layer.

    Example:

    >>> decoder = BroadcastDecoder(16, channels=4, width=8)
    >>> decoder(tf.zeros([2, 20])).shape
    TensorShape([2, 16, 16, 4])

    References:
        - Spatial Broadcast Decoder (https://arxiv.org/abs/1901.07017).
    """

    def __init__(
        self,
        size: int,
        channels: int,
        width: int,
        first_bias: tuple[float, ...] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self._config = {
            "size": size,
            "channels": channels,
            "width": width,
            "first_bias": first_bias,
        }
        self.size = size
        self.hidden = [
            keras.layers.Conv2D(
                width,
                kernel,
                padding="same",
                activation="elu",
                kernel_initializer="he_normal",
                dtype=self.dtype_policy,
            )
            for kernel in KERNELS
        ]
        self.out = keras.layers.Conv2D(channels, 1, dtype="float32")

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        width = self._config["width"]
        counts = (input_shape[-1] + 2, width, width)
        for conv, count in zip(self.hidden, counts, strict=True):
            conv.build((None, self.size, self.size, count))
        self.out.build((None, self.size, self.size, width))
        if self._config["first_bias"] is not None:
            self.out.bias.assign(self._config["first_bias"])

    def call(self, codes: tf.Tensor) -> tf.Tensor:
        """Maps [batch, size, size, channels] of codes [batch, dim]."""
        shape = [1, self.size, self.size, 1]
        maps = with_coordinates(tf.tile(codes[:, None, None], shape))
        for conv in self.hidden:
            maps = conv(maps)
        return self.out(maps)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), **self._config}
