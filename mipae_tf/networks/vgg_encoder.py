"""The content encoder for real video."""

import keras

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.encoder import Encoder
from mipae_tf.networks.layer_stack import LayerStack


@keras.saving.register_keras_serializable("mipae_tf")
class VGGEncoder(Encoder):
    """Stages of 3×3 convolutions with 2×2 max pooling after each.

    For 64 pixels there are stages of 2, 2, 3 and 3 convolutions with 1, 2, 4
    and 8 times `width` channels; for 128 pixels there is a fifth one of 3
    convolutions. Skip maps are the outputs before pooling, so that the first
    has the size of the frame.

    Arguments, shapes and errors are those of `Encoder`.

    Example:

    >>> encoder = VGGEncoder(code_dim=128, width=8)
    >>> codes, skips = encoder.with_skips(tf.zeros([2, 64, 64, 3]))
    >>> [tuple(skip.shape[1:]) for skip in skips]
    [(64, 64, 8), (32, 32, 16), (16, 16, 32), (8, 8, 64)]

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), the authors' code.
    """

    def make_stages(self) -> list[keras.layers.Layer]:
        """One stack of convolutions for each map size."""
        multiples = [1, 2, 4, 8] + [8] * (self.frame_size == 128)
        return [
            LayerStack(
                [
                    ConvBlock(n * self.width, 3, **self.options)
                    for _ in range(2 if n < 4 else 3)
                ],
                dtype=self.dtype_policy,
            )
            for n in multiples
        ]

    def make_pool(self) -> keras.layers.Layer:
        """Max pooling between the stages and before the head."""
        return keras.layers.MaxPooling2D(2, dtype=self.dtype_policy)
