"""The networks of MIPAE, DRNET and AE-LSTM."""

from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.network_options import network_options
from mipae_tf.models.pose_content.config import CodeLSTMConfig
from mipae_tf.models.pose_content.dynamics import CodePredictor
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import make_encoder
from mipae_tf.networks.backbones import skip_maps
from mipae_tf.objectives.reconstruction import FRAME
from mipae_tf.objectives.reconstruction import frame_error
from mipae_tf.objectives.reconstruction import reconstruction_error


class Reference(NamedTuple):
    """What a decoder is given of the content frame.

    Attributes:
        content: its content, `[batch, fixed_dim]`; None without E_c.
        skips: its skip maps, `[batch, ...]` each, or None; see
            `backbones.skip_maps`.
        pose: its pose `[batch, moving_dim]`, if the decoder is given it.
    """

    content: tf.Tensor | None = None
    skips: list[tf.Tensor] | None = None
    pose: tf.Tensor | None = None


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
        self.origin_is_last = config.lstm_origin == "last"
        self.reference_pose = bool(fixed_dim) and config.reference_pose
        self.draw_weight = config.draw_weight if fixed_dim else 0.0
        pose_dims = moving_dim * (2 if self.reference_pose else 1)
        self.decoder = make_decoder(
            config.backbone,
            frame_shape[-1],
            pose_dim=pose_dims if fixed_dim else 0,
            output=config.output if fixed_dim else "drawn",
            **options,
        )
        self.decoder.build((None, fixed_dim + pose_dims))
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
    def uses_content_frame(self) -> bool:
        """Whether decoding needs the content frame beside its code."""
        return self.content_encoder is not None and (
            self.decoder.skips or self.reference_pose
        )

    def poses(self, frames: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encodes the pose of each frame, `[batch, time, moving_dim]`."""
        return fold_time(self.pose_encoder, frames, training=training)

    def reference(self, frame: tf.Tensor, training: bool = False) -> Reference:
        """Encodes content frames `[batch, H, W, C]` for the decoder."""
        if self.content_encoder is None:
            return Reference()
        content, skips = skip_maps(
            self.content_encoder, self.decoder, frame, training
        )
        pose = None
        if self.reference_pose:
            pose = self.pose_encoder(frame, training=training)
        return Reference(content, skips, pose)

    def origin(self, codes: tf.Tensor) -> tf.Tensor:
        """What codes are measured from in the LSTM, `[batch, 1, moving_dim]`.

        Args:
            codes: codes of the context, `[batch, time, moving_dim]`.
        """
        last = codes[:, -1:]
        return last if self.origin_is_last else tf.zeros_like(last)

    def decode(self, poses: tf.Tensor, reference: Reference) -> tf.Tensor:
        """Decodes poses `[batch, time, moving_dim]` with one content.

        Returns:
            Frames `[batch, time, H, W, C]` in [0, 1].
        """
        codes, skips = self._inputs(poses, reference, reference.content)
        return fold_time(self.decoder, codes, skips=skips, training=False)

    def error(
        self,
        kind: str,
        poses: tf.Tensor,
        reference: Reference,
        true: tf.Tensor,
        contents: tf.Tensor | None = None,
        training: bool = False,
        per_frame: bool = False,
    ) -> tf.Tensor:
        """Mean error of decoded frames, see `reconstruction_error`.

        If the decoder blends, `draw_weight` times the mean share of pixels
        that are drawn is added.

        Args:
            kind: 'mse' or 'bce'.
            poses: `[batch, time, moving_dim]`.
            reference: of the content frame.
            true: true frames in [0, 1], `[batch, time, H, W, C]`.
            contents: `[batch, time, fixed_dim]`; that of the reference for all
                frames if None.
            training: whether the decoder runs in training mode.
            per_frame: whether the error of each frame is returned,
                `[batch·time]`, instead of their mean.
        """
        axis = FRAME if per_frame else None
        if contents is None:
            contents = reference.content
        codes, skips = self._inputs(poses, reference, contents)
        codes = tf.reshape(codes, [-1, codes.shape[-1]])  # [batch·time, dim]
        true = tf.reshape(true, [-1, *true.shape[2:]])
        if not self.decoder.blends:  # from logits, where the gradient is exact
            logits = self.decoder.logits(codes, skips, training)
            return reconstruction_error(kind, logits, true, axis)
        frames, drawn = self.decoder.with_drawn_share(codes, skips, training)
        error = frame_error(kind, frames, true, axis)
        return error + self.draw_weight * tf.reduce_mean(drawn, axis)

    def _inputs(
        self,
        poses: tf.Tensor,
        reference: Reference,
        contents: tf.Tensor | None,
    ) -> tuple[tf.Tensor, list[tf.Tensor] | None]:
        """Codes `[batch, time, dim]`, and skip maps of all these frames."""
        time = tf.shape(poses)[1]

        def at_each_time(code: tf.Tensor) -> tf.Tensor:
            return tf.repeat(code[:, None], time, axis=1)

        codes = [poses]
        if reference.pose is not None:
            codes.insert(0, at_each_time(reference.pose))
        if contents is not None:
            one = contents.shape.rank == 2
            codes.insert(0, at_each_time(contents) if one else contents)
        skips = reference.skips
        if skips is not None:
            skips = [tf.repeat(maps, time, axis=0) for maps in skips]
        return tf.concat(codes, axis=-1), skips
