"""Base class of the decoders that draw every pixel."""

import abc
from collections.abc import Sequence
from typing import Any
from typing import ClassVar

import keras
import tensorflow as tf

from mipae_tf.networks.layers import require_choice


class FrameDecoder(keras.layers.Layer, abc.ABC):
    """Codes to frames.

    Codes are float32 [batch, dim], content followed by pose; frames are float32
    [batch, height, width, channel] in [0, 1]. The last layer is float32 under
    every dtype policy.

    Args:
        channels: channels of a frame.
        width: channels of the finest map, or a multiple of it.
        norm: one of `layers.NORMS`.
        frame_size: height and width of the frames in pixels, one of
            `FRAME_SIZES`.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    Attributes:
        skips: whether the decoder also takes skip maps of the encoder.
        blends: whether the first skip map is a known frame, see
            `BlendingDecoder`.

    Raises:
        ValueError: if the frame size or norm is unknown, or skip maps are
            missing, or are given to a decoder that takes none.
    """

    FRAME_SIZES: ClassVar[tuple[int, ...]] = (64, 128)
    skips = False
    blends = False

    def __init__(
        self,
        channels: int,
        width: int,
        norm: str,
        frame_size: int = 64,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        require_choice("frame_size", frame_size, self.FRAME_SIZES)
        self.channels = channels
        self.width = width
        self.norm = norm
        self.frame_size = frame_size
        self.synchronized = synchronized

    @property
    def options(self) -> dict[str, Any]:
        """Keyword arguments of the blocks."""
        return {
            "norm": self.norm,
            "synchronized": self.synchronized,
            "dtype": self.dtype_policy,
        }

    @abc.abstractmethod
    def logits(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None = None,
        training: bool | None = None,
    ) -> tf.Tensor:
        """Frames before the sigmoid."""

    def call(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None = None,
        training: bool | None = None,
    ) -> tf.Tensor:
        """Frames for codes, and for the skip maps of the encoder."""
        return tf.sigmoid(self.logits(codes, skips, training))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "channels": self.channels,
            "width": self.width,
            "norm": self.norm,
            "frame_size": self.frame_size,
            "synchronized": self.synchronized,
        }
