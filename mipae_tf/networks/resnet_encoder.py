"""The pose encoder for real video."""

from collections.abc import Mapping
from typing import ClassVar

import keras

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.encoder import Encoder
from mipae_tf.networks.layer_stack import LayerStack
from mipae_tf.networks.residual_block import ResidualBlock


@keras.saving.register_keras_serializable("mipae_tf")
class ResNetEncoder(Encoder):
    """A ResNet-18 with a 5×5 convolution as stem and a 3×3 head.

    The stem pads three zeros on every side of the frame. A frame of 64 pixels
    becomes a map of 33, then 17 after pooling, and 17, 9, 5 and 3 after the
    four stages of two blocks. A frame of 128 pixels, which the published
    network does not support, ends in a 5×5 map with a 5×5 head. Skip maps are
    the outputs of the stem, the pooling and the four stages.

    Arguments, shapes and errors are those of `Encoder`.

    Example:

    >>> encoder = ResNetEncoder(code_dim=10, width=8)
    >>> encoder(tf.zeros([2, 64, 64, 3])).shape
    TensorShape([2, 10])

    References:
        - MIPAE (https://arxiv.org/abs/2011.08614), the authors' code.
    """

    HEAD_SIZES: ClassVar[Mapping[int, int]] = {64: 3, 128: 5}

    def make_stages(self) -> list[keras.layers.Layer]:
        """Stem, pooling, and four stages of two residual blocks."""
        stem = ConvBlock(
            self.width,
            5,
            strides=2,
            padding=3,
            activation="relu",
            **self.options,
        )
        # PyTorch pads max pooling with -inf; after a ReLU, 0 is equivalent.
        pool = [
            keras.layers.ZeroPadding2D(1, dtype=self.dtype_policy),
            keras.layers.MaxPooling2D(3, strides=2, dtype=self.dtype_policy),
        ]
        residual = [self._residual_stage(n) for n in (1, 2, 4, 8)]
        return [stem, LayerStack(pool, dtype=self.dtype_policy), *residual]

    def _residual_stage(self, multiple: int) -> LayerStack:
        filters = multiple * self.width
        strides = 1 if multiple == 1 else 2
        blocks = [
            ResidualBlock(filters, strides, **self.options),
            ResidualBlock(filters, **self.options),
        ]
        return LayerStack(blocks, dtype=self.dtype_policy)
