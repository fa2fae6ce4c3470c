"""An encoder of whole frames, for any backbone."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.backbones import make_encoder
from mipae_tf.networks.encoder import Encoder


@keras.saving.register_keras_serializable("mipae_tf")
class FrameEncoder(keras.layers.Layer):
    """Encodes both appearance and positions in one code.

    The content encoder of most backbones encodes both. That of the coordinate
    backbone ignores positions; there, the pose encoder gives the second half
    of the code.

    Args:
        backbone: a key of `BACKBONES`.
        code_dim: length of a code.
        **options: options of `make_encoder`, and `name` of the layer.

    Raises:
        ValueError: as in `make_encoder`.

    Example:

    >>> encoder = FrameEncoder("coordinate", 10, width=8)
    >>> encoder(tf.zeros([2, 64, 64, 3])).shape
    TensorShape([2, 10])
    """

    def __init__(self, backbone: str, code_dim: int, **options: Any) -> None:
        name = options.pop("name", None)
        super().__init__(dtype=options.get("dtype"), name=name)
        self.backbone, self.code_dim, self.options = backbone, code_dim, options
        shares = {"content": code_dim}
        if backbone == "coordinate":
            shares = {"content": code_dim - code_dim // 2}
            shares["pose"] = code_dim // 2
        self.encoders = [
            make_encoder(backbone, role, share, **options)
            for role, share in shares.items()
        ]

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for frames [batch, height, width, channel]."""
        for encoder in self.encoders:
            encoder.build(input_shape)

    def call(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Codes [batch, code_dim]."""
        codes = [
            encoder(frames, training=training) for encoder in self.encoders
        ]
        return tf.concat(codes, axis=-1)

    def with_skips(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Codes, and skip maps, which are empty for some backbones."""
        encoder = self.encoders[0]
        if isinstance(encoder, Encoder):
            return encoder.with_skips(frames, training=training)
        return self(frames, training=training), []

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            "name": self.name,
            "backbone": self.backbone,
            "code_dim": self.code_dim,
            **self.options,
        }
