"""The decoder of MIPAE and DRNET for synthetic video."""

import keras

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.decoder import Decoder


@keras.saving.register_keras_serializable("mipae_tf")
class DCGANDecoder(Decoder):
    """4×4 transposed convolutions with stride 2 from a 4×4 map to a frame.

    Mirrors `DCGANEncoder`, and uses its skip maps if `skips` is set.
    Arguments, shapes and errors are those of `Decoder`.

    Example:

    >>> decoder = DCGANDecoder(channels=3, width=8)
    >>> decoder(tf.zeros([2, 133])).shape
    TensorShape([2, 64, 64, 3])

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), the authors' code.
    """

    def make_stages(self) -> list[keras.layers.Layer]:
        """One transposed convolution per stage; the last gives pixels."""
        multiples = [8] * (self.frame_size == 128) + [4, 2, 1]
        up = {"kernel_size": 4, "strides": 2, "transposed": True}
        stages = [
            ConvBlock(n * self.width, **up, **self.options) for n in multiples
        ]
        pixels = ConvBlock(
            self.channels,
            **up,
            norm="none",
            activation="linear",
            dtype="float32",
        )
        return [*stages, pixels]
