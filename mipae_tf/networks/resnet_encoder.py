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
    """A ResNet-18 whose stem is a 5×5 convolution and whose head a 3×3 one.

    The stem pads three zeros on every side of the frame, so that 64 pixels
    become 33; pooling makes 17 of them, and the four stages of two blocks
    17, 9, 5 and 3. From 128 pixels a 5×5 map is left, which a 5×5 head takes:
    that size is ours, the published network has none for it. Skip maps are
    those of the stem, of the pooling and of the four stages.
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
        # PyTorch pads a max pooling with -inf, which after a ReLU is as zero.
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
