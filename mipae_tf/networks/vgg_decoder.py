"""The decoder for real video."""

import keras

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.decoder import Decoder
from mipae_tf.networks.layer_stack import LayerStack


@keras.saving.register_keras_serializable("mipae_tf")
class VGGDecoder(Decoder):
    """Nearest upsampling and 3×3 convolutions from a 4×4 map to a frame.

    Before each stage the map is doubled and, if `skips` is set as published,
    concatenated with the map of `VGGEncoder` of the same size.
    Arguments, shapes and errors are those of `Decoder`.

    Example:

    >>> decoder = VGGDecoder(channels=3, width=8)
    >>> decoder(tf.zeros([2, 138])).shape
    TensorShape([2, 64, 64, 3])

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), the authors' code.
    """

    def make_stages(self) -> list[keras.layers.Layer]:
        """One stack of convolutions for each map size."""
        stacks = [(8, 8, 4), (4, 4, 2), (2, 1), (1,)]
        if self.frame_size == 128:
            stacks = [(8, 8, 8), *stacks]
        stages = [
            [ConvBlock(n * self.width, 3, **self.options) for n in stack]
            for stack in stacks
        ]
        # Published as a transposed convolution, which at stride 1 is equivalent
        # to a convolution with a flipped kernel.
        pixels = ConvBlock(
            self.channels,
            3,
            norm="none",
            activation="linear",
            dtype="float32",
        )
        stages[-1].append(pixels)
        return [LayerStack(stage, dtype=self.dtype_policy) for stage in stages]

    def make_upsampling(self) -> keras.layers.Layer:
        """Nearest upsampling by a factor of 2."""
        return keras.layers.UpSampling2D(2, dtype=self.dtype_policy)
