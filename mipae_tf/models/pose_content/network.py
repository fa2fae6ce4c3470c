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
    """The encoders E_c and E_p, the decoder D and the LSTM.

    E_p encodes the pose and E_c the content. AE-LSTM has no E_c; its E_p
    encodes both.

    Args:
        config: hyper-parameters of the model.
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
            network = make_encoder(
                config.backbone,
                role,
                dim,
                activation=config.code,
                **options,
            )
            network.build((None, *frame_shape))
            return network

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
        """Whether the decoder has skip connections from the content frame."""
        return self.content_encoder is not None and self.decoder.skips

    def poses(self, frames: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encodes the pose of each frame, `[batch, time, moving_dim]`."""
        return fold_time(self.pose_encoder, frames, training=training)

    def content(self, frame: tf.Tensor, training: bool = False):
        """Encodes the content of frames `[batch, H, W, C]`.

        Returns:
            Codes `[batch, fixed_dim]`, and skip maps or None.
        """
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
        """Decodes contents and poses to logits, before the sigmoid.

        Args:
            contents: `[batch, time, fixed_dim]`, or None without E_c.
            poses: `[batch, time, moving_dim]`.
            skips: skip maps of the content frame, `[batch, ...]` each, or
                None.
            training: whether the decoder runs in training mode.

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

    def decode(
        self,
        content: tf.Tensor | None,
        poses: tf.Tensor,
        skips: list[tf.Tensor] | None = None,
    ) -> tf.Tensor:
        """Decodes one content and the poses of a clip.

        Returns:
            Frames `[batch, time, H, W, C]` in [0, 1].
        """
        if content is not None:
            time = tf.shape(poses)[1]
            content = tf.repeat(
                content[:, None], time, axis=1
            )  # [batch, time, fixed_dim]
        return tf.sigmoid(self.logits(content, poses, skips))
