"""The convolutional layers of AlexNet."""

import keras

from mipae_tf.metrics.frames.feature_stack import Convolution
from mipae_tf.metrics.frames.feature_stack import FeatureStack


class AlexNetFeatures(FeatureStack):
    """Five convolutions, with the five feature maps after their ReLUs.

    Example:

    >>> maps = AlexNetFeatures()(tf.zeros([1, 64, 64, 3]))
    >>> [tuple(m.shape[1:]) for m in maps]
    [(15, 15, 64), (7, 7, 192), (3, 3, 384), (3, 3, 256), (3, 3, 256)]

    References:
        - A. Krizhevsky, "One weird trick for parallelizing convolutional
          neural networks" (https://arxiv.org/abs/1404.5997), as in torchvision.
    """

    CONVOLUTIONS = (
        (Convolution(0, 3, 64, 11, stride=4),),
        (Convolution(3, 64, 192, 5),),
        (Convolution(6, 192, 384, 3),),
        (Convolution(8, 384, 256, 3),),
        (Convolution(10, 256, 256, 3),),
    )
    MIN_SIZE = 31

    def make_entry(self, stage: int) -> list[keras.layers.Layer]:
        """Padding before the first stage, max pooling before the next two."""
        if stage == 0:
            return [keras.layers.ZeroPadding2D(2, dtype="float32")]
        if stage in (1, 2):
            return [keras.layers.MaxPooling2D(3, strides=2, dtype="float32")]
        return []
