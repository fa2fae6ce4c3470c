"""The encoder of MIPAE and DRNET for synthetic video."""

import keras

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.encoder import Encoder


@keras.saving.register_keras_serializable("mipae_tf")
class DCGANEncoder(Encoder):
    """4×4 convolutions with stride 2 down to a 4×4 map, then a code.

    Every stage, including the first, is convolution, norm and leaky ReLU. For
    64 pixels there are four stages of 1, 2, 4 and 8 times `width` channels; for
    128 pixels there is a fifth one of 8 times `width`. Skip maps range from
    half the frame size down to 4×4.

    Arguments, shapes and errors are those of `Encoder`.

    Example:

    >>> encoder = DCGANEncoder(code_dim=5, width=8)
    >>> encoder(tf.zeros([2, 64, 64, 3])).shape
    TensorShape([2, 5])

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), the authors' code.
    """

    def make_stages(self) -> list[keras.layers.Layer]:
        """One strided convolution per stage."""
        multiples = [1, 2, 4, 8] + [8] * (self.frame_size == 128)
        return [
            ConvBlock(n * self.width, 4, strides=2, **self.options)
            for n in multiples
        ]
