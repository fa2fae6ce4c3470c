"""The networks of MoCoGAN that a trained model keeps."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.mocogan.encoder import ContextEncoder
from mipae_tf.models.mocogan.generator import FRAME_SIZES
from mipae_tf.models.mocogan.generator import Codes
from mipae_tf.models.mocogan.generator import FrameGenerator
from mipae_tf.models.mocogan.generator import Recurrence
from mipae_tf.models.network_options import network_options


class MoCoGANNetwork(keras.layers.Layer):
    """R_M, G_I and, with an encoder, E.

        z_C ~ N(0, I)                      content, the same in all frames
        c ~ uniform, one-hot               category, the same in all frames
        h_0 ~ N(0, I), ε_t ~ N(0, I)
        z_M,t = h_t = R_M(ε_t, h_{t-1})    motion
        x̂_t = G_I([z_C, c, z_M,t])         in [-1, 1]

    With an encoder, z_C and the codes z_M of the context are those of
    `ContextEncoder`, and R_M continues from the last one.

    Args:
        config: a `MoCoGANConfig`.
        frame_shape: (height, width, channel).
        **kwargs: `name` of the layer.

    Raises:
        ValueError: if the frames have a size that is not in `FRAME_SIZES`.
    """

    def __init__(
        self, config, frame_shape: tuple[int, int, int], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        height, width, _ = frame_shape
        if height != width or height not in FRAME_SIZES:
            raise ValueError(
                f"The frames have {height} by {width} pixels; MoCoGAN takes "
                f"square frames of {', '.join(map(str, FRAME_SIZES))} pixels."
            )
        self.config = config
        options = network_options(config, frame_shape)
        norm = {k: options[k] for k in ("norm", "synchronized")}
        torch_rules = config.layer_rules == "torch"
        self.motion = Recurrence(config.motion_dim, torch_rules)
        self.generator = FrameGenerator(frame_shape, config.width, **norm)
        size = config.content_dim + config.categories + config.motion_dim
        self.generator.build((None, size))
        self.encoder = None
        if config.encoder:
            self.encoder = ContextEncoder(config, frame_shape, **norm)
        self.built = True

    def sample_content(self, count: tf.Tensor | int, key: tf.Tensor):
        """z_C ~ N(0, I), `[count, content_dim]`."""
        shape = [count, self.config.content_dim]
        return tf.random.stateless_normal(shape, _fold(key, 0))

    def sample_category(self, count: tf.Tensor | int, key: tf.Tensor):
        """Uniform one-hot categories, `[count, categories]`."""
        values = self.config.categories
        if not values:
            return self.no_category(count)
        chosen = tf.random.stateless_uniform(
            [count], _fold(key, 1), 0, values, dtype=tf.int32
        )
        return tf.one_hot(chosen, values)

    def no_category(self, count: tf.Tensor | int) -> tf.Tensor:
        """The category of a model without categories, `[count, 0]`."""
        return tf.zeros([count, 0])

    def sample_motion(
        self,
        count: tf.Tensor | int,
        length: tf.Tensor | int,
        key: tf.Tensor,
    ) -> tf.Tensor:
        """z_M of R_M from a random h_0, `[count, length, motion_dim]`."""
        shape = [count, self.config.motion_dim]
        hidden = tf.random.stateless_normal(shape, _fold(key, 2))
        return self.motion(self.sample_noise(count, length, key), hidden)

    def sample_noise(
        self,
        count: tf.Tensor | int,
        length: tf.Tensor | int,
        key: tf.Tensor,
    ) -> tf.Tensor:
        """ε ~ N(0, I), the inputs of R_M, `[count, length, motion_dim]`."""
        shape = [count, length, self.config.motion_dim]
        return tf.random.stateless_normal(shape, _fold(key, 3))

    def sample(
        self,
        count: tf.Tensor | int,
        length: tf.Tensor | int,
        key: tf.Tensor,
    ) -> Codes:
        """Codes of clips that are drawn without a context."""
        return Codes(
            self.sample_content(count, key),
            self.sample_category(count, key),
            self.sample_motion(count, length, key),
        )

    def infer(
        self, context: tf.Tensor, noise: tf.Tensor, training: bool = False
    ) -> Codes:
        """Codes of the context frames, continued by R_M.

        Args:
            context: `[clips, time, height, width, channel]` in [-1, 1].
            noise: ε of the frames after it, `[clips, horizon, motion_dim]`.
            training: whether the encoder uses batch statistics.
        """
        content, seen = self.encoder(context, training=training)
        ahead = self.motion(noise, seen[:, -1])
        motion = tf.concat([seen, ahead], axis=1)  # [clips, time, motion_dim]
        return Codes(content, self.no_category(tf.shape(content)[0]), motion)

    def frames(self, codes: Codes, training: bool = False) -> tf.Tensor:
        """Clips `[clips, time, height, width, channel]` in [-1, 1]."""
        return fold_time(self.generator, codes.of_frames(), training=training)


def to_signed(frames: tf.Tensor) -> tf.Tensor:
    """Frames in [0, 1] as the networks see them, in [-1, 1]."""
    return 2.0 * frames - 1.0


def to_unit(frames: tf.Tensor) -> tf.Tensor:
    """Frames of the networks, in [-1, 1], in the range [0, 1]."""
    return 0.5 * (frames + 1.0)


def _fold(key: tf.Tensor, salt: int) -> tf.Tensor:
    return tf.random.experimental.stateless_fold_in(key, salt)
