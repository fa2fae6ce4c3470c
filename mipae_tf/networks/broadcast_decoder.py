"""The spatial broadcast decoder."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.coordinates import with_coordinates
from mipae_tf.networks.layer_stack import LayerStack

REDUCTION = 4  # of the map to which a code is broadcast


@keras.saving.register_keras_serializable("mipae_tf")
class BroadcastDecoder(keras.layers.Layer):
    """Decodes a code that is repeated at every place, beside its coordinates.

    The code is repeated on a map of a quarter of the size. A 1×1 and a 3×3
    convolution, two transposed convolutions with stride 2, all with ELU, and a
    1×1 convolution without activation follow. Outputs are float32 under every
    dtype policy.

    Args:
        size: height and width of an output, a multiple of 4.
        channels: channels of an output.
        width: channels of the last hidden map; the maps before have up to four
            times as many.
        first_bias: initial bias of each output channel; 0 if None.
        **kwargs: `dtype`, `name` of the layer.

    Example:

    >>> decoder = BroadcastDecoder(16, channels=4, width=8)
    >>> decoder(tf.zeros([2, 20])).shape
    TensorShape([2, 16, 16, 4])

    References:
        - Spatial Broadcast Decoder (https://arxiv.org/abs/1901.07017).
        - SAVi (https://arxiv.org/abs/2111.12594), for the smaller map.
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
        shared = {
            "padding": "same",
            "activation": "elu",
            "kernel_initializer": "he_normal",
            "dtype": self.dtype_policy,
        }
        conv, transposed = keras.layers.Conv2D, keras.layers.Conv2DTranspose
        self.hidden = LayerStack(
            [
                conv(4 * width, 1, **shared),
                conv(4 * width, 3, **shared),
                transposed(2 * width, 4, strides=2, **shared),
                transposed(width, 4, strides=2, **shared),
            ],
            dtype=self.dtype_policy,
        )
        self.out = conv(channels, 1, dtype="float32")

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        places = (self._config["size"] // REDUCTION,) * 2
        shape = (None, *places, input_shape[-1] + 2)
        self.hidden.build(shape)
        self.out.build(self.hidden.compute_output_shape(shape))
        if self._config["first_bias"] is not None:
            self.out.bias.assign(self._config["first_bias"])

    def call(self, codes: tf.Tensor) -> tf.Tensor:
        """Maps [batch, size, size, channels] of codes [batch, dim]."""
        places = self._config["size"] // REDUCTION
        repeated = tf.tile(codes[:, None, None], [1, places, places, 1])
        return self.out(self.hidden(with_coordinates(repeated)))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), **self._config}
