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
from mipae_tf.networks.blending import blend
from mipae_tf.networks.blending import maps_per_frame
from mipae_tf.objectives.reconstruction import frame_error
from mipae_tf.objectives.reconstruction import reconstruction_error


class Reference(NamedTuple):
    """What a decoder is given of the content frame.

    Attributes:
        content: its content, `[batch, fixed_dim]`; None without E_c.
        skips: its skip maps, `[batch, ...]` each, or None.
        frame: its pixels `[batch, H, W, C]`, if frames are blended into it.
        pose: its pose `[batch, moving_dim]`, if the decoder is given it.
    """

    content: tf.Tensor | None = None
    skips: list[tf.Tensor] | None = None
    frame: tf.Tensor | None = None
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
        output = config.output if fixed_dim else "drawn"
        self.blends, self.moves = output != "drawn", output == "moved"
        self.reference_pose = bool(fixed_dim) and config.reference_pose
        channels = frame_shape[-1]
        if self.blends:
            channels = maps_per_frame(channels, self.moves)
        pose_dims = moving_dim * (2 if self.reference_pose else 1)
        self.decoder = make_decoder(
            config.backbone,
            channels,
            pose_dim=pose_dims if fixed_dim else 0,
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
            self.decoder.skips or self.blends or self.reference_pose
        )

    def poses(self, frames: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encodes the pose of each frame, `[batch, time, moving_dim]`."""
        return fold_time(self.pose_encoder, frames, training=training)

    def reference(self, frame: tf.Tensor, training: bool = False) -> Reference:
        """Encodes the content frames `[batch, H, W, C]` for the decoder."""
        if self.content_encoder is None:
            return Reference()
        content, skips = self.content_encoder(frame, training=training), None
        if self.decoder.skips:
            content, skips = self.content_encoder.with_skips(
                frame, training=training
            )
        pose = None
        if self.reference_pose:
            pose = self.pose_encoder(frame, training=training)
        return Reference(content, skips, frame if self.blends else None, pose)

    def maps(
        self,
        contents: tf.Tensor | None,
        poses: tf.Tensor,
        reference: Reference,
        training: bool = False,
    ) -> tf.Tensor:
        """Decodes contents and poses to the logits of frames.

        With `blends`, these are the maps of `blend`.

        Args:
            contents: `[batch, time, fixed_dim]`, or None without E_c.
            poses: `[batch, time, moving_dim]`.
            reference: of the content frame; its content is not used.
            training: whether the decoder runs in training mode.

        Returns:
            float32 `[batch, time, height, width, maps]`.
        """
        time = tf.shape(poses)[1]
        codes = [poses] if contents is None else [contents, poses]
        if reference.pose is not None:
            codes.insert(1, tf.repeat(reference.pose[:, None], time, axis=1))
        skips = reference.skips
        if skips is not None:
            skips = [tf.repeat(maps, time, axis=0) for maps in skips]
        return fold_time(
            self.decoder.logits,
            tf.concat(codes, axis=-1),
            skips=skips,
            training=training,
        )

    def frames(self, maps: tf.Tensor, reference: Reference) -> tf.Tensor:
        """The frames in [0, 1] of the result of `maps`."""
        if not self.blends:
            return tf.sigmoid(maps)
        time = tf.shape(maps)[1]
        known = tf.repeat(reference.frame, time, axis=0)
        return fold_time(lambda each: blend(each, known, self.moves), maps)

    def maps_of_one_content(
        self, poses: tf.Tensor, reference: Reference, training: bool = False
    ) -> tf.Tensor:
        """`maps` of poses with the content of the reference."""
        contents = reference.content
        if contents is not None:
            time = tf.shape(poses)[1]
            contents = tf.repeat(
                contents[:, None], time, axis=1
            )  # [batch, time, fixed_dim]
        return self.maps(contents, poses, reference, training)

    def decode(self, poses: tf.Tensor, reference: Reference) -> tf.Tensor:
        """Decodes poses `[batch, time, moving_dim]` with one content.

        Returns:
            Frames `[batch, time, H, W, C]` in [0, 1].
        """
        return self.frames(
            self.maps_of_one_content(poses, reference), reference
        )

    def reconstruction(
        self, kind: str, maps: tf.Tensor, reference: Reference, true: tf.Tensor
    ) -> tf.Tensor:
        """Mean error of the frames of `maps`, see `reconstruction_error`."""
        if not self.blends:  # from logits, where the gradient is exact
            return reconstruction_error(kind, maps, true)
        return frame_error(kind, self.frames(maps, reference), true)
