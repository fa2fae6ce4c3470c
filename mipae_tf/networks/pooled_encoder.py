"""An encoder of appearance that ignores positions."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.plain_encoder import PlainEncoder


@keras.saving.register_keras_serializable("mipae_tf")
class PooledEncoder(PlainEncoder):
    """Computes a code from the mean and the maximum of each feature map.

    Global pooling discards positions and keeps shapes. The pooled vector is
    batch-normalised, which amplifies small differences between shapes.

    Args:
        code_dim: length of a code.
        **kwargs: see `PlainEncoder`.
    """

    def __init__(self, code_dim: int, **kwargs: Any) -> None:
        super().__init__(code_dim, **kwargs)
        self.standardise = keras.layers.BatchNormalization(
            momentum=0.95, synchronized=self.synchronized, dtype="float32"
        )

    def make_convolutions(self) -> list[keras.layers.Layer]:
        """Convolutions down to maps of 8 by 8, and one more."""
        count = self.halvings + 1
        halving = [
            self.convolution(self.width * 2**i, 4, 2) for i in range(count)
        ]
        return [*halving, self.convolution(self.width * 2**count, 3, 1)]

    def build_pool(self, map_shape: tuple) -> int:
        """See `PlainEncoder.build_pool`."""
        features = 2 * map_shape[-1]
        self.standardise.build((None, features))
        return features

    def pool(self, maps: tf.Tensor, training: bool | None) -> tf.Tensor:
        """Normalised means and maxima [batch, 2 * channels]."""
        maps = tf.cast(maps, tf.float32)
        pooled = tf.concat(
            [
                tf.reduce_mean(maps, axis=(1, 2)),
                tf.reduce_max(maps, axis=(1, 2)),
            ],
            axis=-1,
        )  # [batch, 2 * channels]
        return self.standardise(pooled, training=training)
