"""An encoder of positions."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.plain_encoder import PlainEncoder


@keras.saving.register_keras_serializable("mipae_tf")
class KeypointEncoder(PlainEncoder):
    """Computes a code from the expected coordinates of feature maps.

    Convolutions give maps of 16 by 16. A spatial softmax turns each of
    `keypoints` maps into a distribution over positions. The mean row and column
    of each distribution are the inputs of the dense layers. This gives
    positions with subpixel precision from the first training steps.

    Args:
        code_dim: length of a code.
        keypoints: number of maps used for coordinates.
        **kwargs: see `PlainEncoder`.

    References:
        - Deep Spatial Autoencoders (https://arxiv.org/abs/1509.06113).
    """

    HIDDEN = 64

    def __init__(
        self, code_dim: int, keypoints: int = 16, **kwargs: Any
    ) -> None:
        super().__init__(code_dim, **kwargs)
        self.keypoints = keypoints
        self.heat = keras.layers.Conv2D(
            keypoints, 3, padding="same", dtype="float32"
        )

    def make_convolutions(self) -> list[keras.layers.Layer]:
        """Convolutions down to maps of 16 by 16."""
        return [
            self.convolution(self.width * 2**i, 4, 2)
            for i in range(self.halvings)
        ]

    def build_pool(self, map_shape: tuple) -> int:
        """See `PlainEncoder.build_pool`."""
        self.heat.build(map_shape)
        return 2 * self.keypoints

    def pool(self, maps: tf.Tensor, training: bool | None) -> tf.Tensor:
        """Expected coordinates [batch, 2 * keypoints]."""
        return expected_coordinates(self.heat(maps))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "keypoints": self.keypoints}


def expected_coordinates(heat: tf.Tensor) -> tf.Tensor:
    """Mean row and column of the spatial softmax of each map.

    Args:
        heat: logits [batch, height, width, maps].

    Returns:
        [batch, 2 * maps] in [-1, 1]: all rows, then all columns.
    """
    return mean_coordinates(*spatial_mass(heat))


def spatial_mass(heat: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """The spatial softmax of each map, before it is divided by its sum.

    Args:
        heat: logits [batch, height, width, maps].

    Returns:
        The masses, of the same shape, and their sums [batch, maps].
    """
    mass = tf.exp(heat - tf.reduce_max(heat, axis=(1, 2), keepdims=True))
    return mass, tf.reduce_sum(mass, axis=(1, 2))


def mean_coordinates(mass: tf.Tensor, total: tf.Tensor) -> tf.Tensor:
    """`expected_coordinates` of the result of `spatial_mass`."""
    height, width = mass.shape[1:3]
    rows = tf.einsum("bhwm,h->bm", mass, tf.linspace(-1.0, 1.0, height))
    columns = tf.einsum("bhwm,w->bm", mass, tf.linspace(-1.0, 1.0, width))
    return tf.concat([rows / total, columns / total], axis=-1)
