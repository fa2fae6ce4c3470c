"""The encoder E of context frames."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.mocogan.generator import Recurrence
from mipae_tf.models.mocogan.generator import multiples
from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.layer_stack import LayerStack
from mipae_tf.networks.layers import leaky_relu


class ContextEncoder(keras.layers.Layer):
    """Content and motion codes of context frames.

        f_t = E(x_t)                           convolutions to a 4×4 map, dense
        z_C = mean over the context of A f_t
        z_M,t = R_E(B f_t, z_M,t-1)            z_M,0 = 0

    A and B are dense layers and R_E is a GRU with weights of its own.

    Args:
        config: a `MoCoGANConfig`.
        frame_shape: (height, width, channel).
        norm: one of `layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        config,
        frame_shape: tuple[int, int, int],
        norm: str,
        synchronized: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        blocks = [
            ConvBlock(
                n * config.width,
                4,
                strides=2,
                norm=norm if stage else "none",
                synchronized=synchronized,
            )
            for stage, n in enumerate(multiples(frame_shape[0]))
        ]
        dense = keras.layers.Dense(config.feature_dim)
        self.features = LayerStack([*blocks, keras.layers.Flatten(), dense])
        self.features.build((None, *frame_shape))
        self.content = keras.layers.Dense(config.content_dim)
        self.content.build((None, config.feature_dim))
        self.pose = keras.layers.Dense(config.motion_dim)
        self.pose.build((None, config.feature_dim))
        torch_rules = config.layer_rules == "torch"
        self.motion = Recurrence(config.motion_dim, torch_rules)
        self.built = True

    def call(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """z_C `[clips, content_dim]` and z_M `[clips, time, motion_dim]`.

        Args:
            frames: `[clips, time, height, width, channel]` in [-1, 1].
            training: whether to use batch statistics.
        """
        content, pose = self.of_frames(frames, training)
        hidden = tf.zeros_like(pose[:, 0])
        return tf.reduce_mean(content, axis=1), self.motion(pose, hidden)

    def of_frames(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """A f_t and B f_t of each frame, `[clips, time, dim]` each."""
        features = fold_time(self.features, frames, training=training)
        features = leaky_relu(features)
        return self.content(features), self.pose(features)
