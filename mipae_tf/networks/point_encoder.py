"""An encoder of the positions and strengths of points."""

import math
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.keypoint_encoder import expected_coordinates
from mipae_tf.networks.layers import code_activation
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import require_choice

VALUES_PER_POINT = 3  # row, column, strength
# Of the first maps. With flat ones, all points are near the centre and hardly
# move with the frame.
SHARPNESS = 8.0


@keras.saving.register_keras_serializable("mipae_tf")
class PointEncoder(keras.layers.Layer):
    """Finds points in frames; `PointDecoder` draws them again.

    Convolutions give two maps of 16 by 16 for each point. The spatial softmax
    of the first is a distribution over positions. The point is at its mean, and
    its strength is the mean of the second map under it.

    Frames are float32 [batch, height, width, channel] in [0, 1]. Codes are
    float32 [batch, code_dim]: row, column (both in [-1, 1]) and strength of
    each point. There are no skip maps.

    Args:
        code_dim: length of a code, a multiple of 3.
        width: channels of the first convolution.
        norm: ignored; there is none, as a norm would hide small differences.
        activation: activation of a code; only 'linear'.
        frame_size: 64 or 128, height and width of the frames in pixels.
        synchronized: ignored.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: if `code_dim`, the activation or the frame size is not
            supported, or frames have another size.

    References:
        - M. Minderer et al., Unsupervised learning of object structure and
          dynamics from videos (https://arxiv.org/abs/1906.07889).
    """

    def __init__(
        self,
        code_dim: int,
        width: int = 16,
        norm: str = "none",
        activation: str = "linear",
        frame_size: int = 64,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        require_choice("frame_size", frame_size, (64, 128))
        if code_dim % VALUES_PER_POINT:
            raise ValueError(
                f"--pose_dim={code_dim} must be a multiple of "
                f"{VALUES_PER_POINT} for --backbone=points: row, column and "
                "strength of each point."
            )
        require_choice("--code for --backbone=points", activation, ("linear",))
        self.code_dim = code_dim
        self.width = width
        self.norm = norm
        self.activation = code_activation(activation)
        self.frame_size = frame_size
        self.synchronized = synchronized
        halvings = int(math.log2(frame_size // 16))
        self.convolutions = [
            self._convolution(width * 2**i, 4, 2) for i in range(halvings)
        ]
        self.convolutions.append(self._convolution(2 * width, 3, 1))
        self.convolutions.append(self._convolution(2 * width, 3, 1))
        points = code_dim // VALUES_PER_POINT
        self.heat = keras.layers.Conv2D(
            points, 3, padding="same", dtype="float32"
        )
        self.strength = keras.layers.Conv2D(
            points, 1, bias_initializer="ones", dtype="float32"
        )

    def _convolution(self, filters: int, size: int, strides: int):
        return keras.layers.Conv2D(
            filters,
            size,
            strides=strides,
            padding="same",
            activation=leaky_relu,
            kernel_initializer="he_uniform",
            dtype=self.dtype_policy,
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for frames [batch, height, width, channel]."""
        size = self.frame_size
        if len(input_shape) != 4 or tuple(input_shape[1:3]) != (size, size):
            raise ValueError(
                f"frames must be [batch, {size}, {size}, channel] for "
                f"frame_size={size}, got {list(input_shape)}."
            )
        shape = input_shape
        for convolution in self.convolutions:
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
        self.heat.build(shape)
        self.strength.build(shape)

    def call(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Codes [batch, code_dim]."""
        x = frames
        for convolution in self.convolutions:
            x = convolution(x)
        heat = SHARPNESS * self.heat(x)  # [batch, 16, 16, points]
        peak = tf.reduce_max(heat, axis=(1, 2), keepdims=True)
        mass = tf.exp(heat - peak)
        values = tf.reduce_sum(mass * self.strength(x), axis=(1, 2))
        strengths = values / tf.reduce_sum(mass, axis=(1, 2))  # [batch, points]
        rows, columns = tf.split(expected_coordinates(heat), 2, axis=-1)
        points = tf.stack([rows, columns, strengths], axis=-1)
        return tf.reshape(points, [-1, self.code_dim])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "code_dim": self.code_dim,
            "width": self.width,
            "norm": self.norm,
            "frame_size": self.frame_size,
            "synchronized": self.synchronized,
        }
