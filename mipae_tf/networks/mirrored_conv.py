"""A convolution without an effect of the border."""

import keras
import tensorflow as tf

_MARGIN = [[0, 0], [1, 1], [1, 1], [0, 0]]


@keras.saving.register_keras_serializable("mipae_tf")
class MirroredConv2D(keras.layers.Conv2D):
    """A convolution whose input goes on beyond its border as in a mirror.

    One row or column is added on every side, as 'same' padding does with zeros
    for kernels of 3 with stride 1 and of 4 with stride 2. A constant input
    gives a constant output, so that the border is not a feature of its own.

    Args:
        *args: see `keras.layers.Conv2D`.
        **kwargs: see `keras.layers.Conv2D`, without `padding`.

    Example:

    >>> conv = MirroredConv2D(8, 4, strides=2)
    >>> conv(tf.zeros([2, 64, 64, 3])).shape
    TensorShape([2, 32, 32, 8])
    """

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Output map of an input map [batch, height, width, channel]."""
        return super().call(tf.pad(inputs, _MARGIN, mode="SYMMETRIC"))

    def compute_output_shape(self, input_shape: tuple) -> tuple:
        """Shape of the output map."""
        batch, height, width, channel = input_shape
        return super().compute_output_shape(
            (batch, height + 2, width + 2, channel)
        )
