"""An encoder of the positions and strengths of points."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.keypoint_encoder import mean_coordinates
from mipae_tf.networks.keypoint_encoder import spatial_mass
from mipae_tf.networks.layers import require_choice
from mipae_tf.networks.mirrored_conv import MirroredConv2D
from mipae_tf.networks.plain_encoder import PlainEncoder

VALUES_PER_POINT = 3  # row, column, strength
# Of the first maps. With flat ones, all points are near the centre and hardly
# move with the frame.
SHARPNESS = 8.0


@keras.saving.register_keras_serializable("mipae_tf")
class PointEncoder(PlainEncoder):
    """Finds points in frames; `PointDecoder` draws them again.

    Convolutions give two maps of 16 by 16 for each point. The spatial softmax
    of the first is a distribution over positions. The point is at its mean, and
    its strength is the mean of the second map under it.

    Codes are float32 [batch, code_dim]: row, column (both in [-1, 1]) and
    strength of each point.

    Args:
        code_dim: length of a code, a multiple of 3.
        activation: activation of a code; only 'linear'.
        **kwargs: see `PlainEncoder`.

    Raises:
        ValueError: if `code_dim`, the activation or the frame size is not
            supported, or frames have another size.

    References:
        - M. Minderer et al., Unsupervised learning of object structure and
          dynamics from videos (https://arxiv.org/abs/1906.07889).
    """

    HIDDEN = 0
    # With zeros beyond the border, it is the strongest feature of the first
    # maps: points settle on it, where the gradient of their softmax vanishes.
    MIRRORED = True

    def __init__(
        self, code_dim: int, activation: str = "linear", **kwargs: Any
    ) -> None:
        if code_dim % VALUES_PER_POINT:
            raise ValueError(
                f"--pose_dim={code_dim} must be a multiple of "
                f"{VALUES_PER_POINT} for --backbone=points: row, column and "
                "strength of each point."
            )
        require_choice("--code for --backbone=points", activation, ("linear",))
        super().__init__(code_dim, activation=activation, **kwargs)
        points = code_dim // VALUES_PER_POINT
        self.heat = MirroredConv2D(points, 3, dtype="float32")
        self.strength = keras.layers.Conv2D(
            points, 1, bias_initializer="ones", dtype="float32"
        )

    def make_convolutions(self) -> list[keras.layers.Layer]:
        """Convolutions down to maps of 16 by 16, and two more."""
        halving = [
            self.convolution(self.width * 2**i, 4, 2)
            for i in range(self.halvings)
        ]
        more = [self.convolution(2 * self.width, 3, 1) for _ in range(2)]
        return [*halving, *more]

    def build_pool(self, map_shape: tuple) -> int:
        """See `PlainEncoder.build_pool`."""
        self.heat.build(map_shape)
        self.strength.build(map_shape)
        return self.code_dim

    def pool(self, maps: tf.Tensor, training: bool | None) -> tf.Tensor:
        """Row, column and strength of each point, [batch, code_dim]."""
        heat = SHARPNESS * self.heat(maps)  # [batch, 16, 16, points]
        mass, total = spatial_mass(heat)
        values = tf.reduce_sum(mass * self.strength(maps), axis=(1, 2))
        strengths = values / total  # [batch, points]
        rows, columns = tf.split(mean_coordinates(mass, total), 2, axis=-1)
        points = tf.stack([rows, columns, strengths], axis=-1)
        return tf.reshape(points, [-1, self.code_dim])
