"""The convolutional layers of VGG16."""

import keras

from mipae_tf.metrics.frames.feature_stack import Convolution
from mipae_tf.metrics.frames.feature_stack import FeatureStack


class VGG16Features(FeatureStack):
    """Thirteen convolutions, with the feature maps after the last of each size.

    Example:

    >>> maps = VGG16Features()(tf.zeros([1, 64, 64, 3]))
    >>> [tuple(m.shape[1:]) for m in maps]
    [(64, 64, 64), (32, 32, 128), (16, 16, 256), (8, 8, 512), (4, 4, 512)]

    References:
        - K. Simonyan, A. Zisserman, "Very deep convolutional networks for
          large-scale image recognition" (https://arxiv.org/abs/1409.1556),
          configuration D, as in torchvision.
    """

    CONVOLUTIONS = (
        (Convolution(0, 3, 64, 3), Convolution(2, 64, 64, 3)),
        (Convolution(5, 64, 128, 3), Convolution(7, 128, 128, 3)),
        (
            Convolution(10, 128, 256, 3),
            Convolution(12, 256, 256, 3),
            Convolution(14, 256, 256, 3),
        ),
        (
            Convolution(17, 256, 512, 3),
            Convolution(19, 512, 512, 3),
            Convolution(21, 512, 512, 3),
        ),
        (
            Convolution(24, 512, 512, 3),
            Convolution(26, 512, 512, 3),
            Convolution(28, 512, 512, 3),
        ),
    )
    MIN_SIZE = 16

    def make_entry(self, stage: int) -> list[keras.layers.Layer]:
        """Max pooling before every stage except the first."""
        return [keras.layers.MaxPooling2D(2, dtype="float32")][: stage > 0]
