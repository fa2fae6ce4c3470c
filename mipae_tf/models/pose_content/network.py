"""The networks of MIPAE, DRNET and AE-LSTM."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.network_options import network_options
from mipae_tf.models.pose_content.config import CodeLSTMConfig
from mipae_tf.models.pose_content.dynamics import CodePredictor
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import make_encoder


class PoseContentNetwork(keras.layers.Layer):
    """E_c, E_p, D and the LSTM.

    E_p encodes the code that moves, E_c the one that stays. AE-LSTM has no
    E_c: its one code holds everything.

    Args:
        config: hyper-parameters.
        frame_shape: (height, width, channel).
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        config: CodeLSTMConfig,
        frame_shape: tuple[int, int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        options = network_options(config, frame_shape)
        moving_dim, fixed_dim = config.moving_dim, config.fixed_dim

        def encoder(role: str, dim: int) -> keras.layers.Layer:
            made = make_encoder(
                config.backbone,
                role,
                dim,
                activation=config.code,
                **options,
            )
            made.build((None, *frame_shape))
            return made

        self.content_encoder = (
            encoder("content", fixed_dim) if fixed_dim else None
        )
        self.pose_encoder = encoder("pose", moving_dim)
        self.decoder = make_decoder(
            config.backbone,
            frame_shape[-1],
            pose_dim=moving_dim if fixed_dim else 0,
            **options,
        )
        self.decoder.build((None, fixed_dim + moving_dim))
        self.predictor = CodePredictor(
            moving_dim,
            fixed_dim if config.lstm_content else 0,
            hidden_dim=config.lstm_dim,
            layers=config.lstm_layers,
            target=config.lstm_target,
            layer_rules=config.layer_rules,
        )
        self.built = True

    @property
    def uses_skips(self) -> bool:
        """Whether the decoder takes maps of the content frame."""
        return self.content_encoder is not None and self.decoder.skips

    def poses(self, frames: tf.Tensor, training: bool = False) -> tf.Tensor:
        """E_p of every frame, `[batch, time, moving_dim]`."""
        return fold_time(self.pose_encoder, frames, training=training)

    def content(self, frame: tf.Tensor, training: bool = False):
        """E_c of frames `[batch, H, W, C]`: codes, and skip maps or None."""
        if self.uses_skips:
            return self.content_encoder.with_skips(frame, training=training)
        return self.content_encoder(frame, training=training), None

    def logits(
        self,
        contents: tf.Tensor | None,
        poses: tf.Tensor,
        skips: list[tf.Tensor] | None = None,
        training: bool = False,
    ) -> tf.Tensor:
        """D of every content and pose, before the sigmoid.

        Args:
            contents: `[batch, time, fixed_dim]`, or None without E_c.
            poses: `[batch, time, moving_dim]`.
            skips: maps of the content frame, `[batch, ...]` each, or None.
            training: as Keras means it.

        Returns:
            float32 `[batch, time, height, width, channel]`.
        """
        codes = poses
        if contents is not None:
            codes = tf.concat([contents, poses], axis=-1)
        if skips is not None:
            time = tf.shape(poses)[1]
            skips = [tf.repeat(maps, time, axis=0) for maps in skips]
        return fold_time(
            self.decoder.logits, codes, skips=skips, training=training
        )

    def draw(
        self,
        content: tf.Tensor | None,
        poses: tf.Tensor,
        skips: list[tf.Tensor] | None = None,
    ) -> tf.Tensor:
        """Frames `[batch, time, H, W, C]` in [0, 1] of one content a clip."""
        if content is not None:
            time = tf.shape(poses)[1]
            content = tf.repeat(
                content[:, None], time, axis=1
            )  # [batch, time, fixed_dim]
        return tf.sigmoid(self.logits(content, poses, skips))
