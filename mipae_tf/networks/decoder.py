"""Base class of the convolutional decoders."""

import abc
from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.frame_decoder import FrameDecoder
from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import normalization


class Decoder(FrameDecoder):
    """Codes to frames: a 4×4 map, then stages that double its size.

    Codes are float32 [batch, dim], content followed by pose; frames are float32
    [batch, height, width, channel] in [0, 1]. The last layer is float32 under
    every dtype policy.

    The published first layer is a transposed convolution from 1×1 to 4×4. Here
    it is the equivalent dense layer.

    Args:
        channels: channels of a frame.
        width: channels of the finest map; 64 as published.
        norm: 'batch_unbiased' as published, or another of `layers.NORMS`.
        skips: whether each stage also takes the encoder's map of its size.
        **kwargs: see `FrameDecoder`.

    Raises:
        ValueError: if the frame size or norm is unknown, or the number of skip
            maps is wrong.
    """

    def __init__(
        self,
        channels: int,
        width: int = 64,
        norm: str = "batch",
        skips: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(channels, width, norm, **kwargs)
        self.skips = skips
        self.first = keras.layers.Dense(
            4 * 4 * 8 * width,
            use_bias=norm == "none",
            kernel_initializer=kernel_initializer(),
            dtype=self.dtype_policy,
        )
        self.first_norm = normalization(
            norm, 8 * width, self.synchronized, dtype=self.dtype_policy
        )
        self.stages = self.make_stages()
        self.upsampling = self.make_upsampling()

    @abc.abstractmethod
    def make_stages(self) -> list[keras.layers.Layer]:
        """The stages; the last one gives float32 pixel logits."""

    def make_upsampling(self) -> keras.layers.Layer | None:
        """Layer that doubles a map before its skip map is added, or None."""
        return None

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        self.first.build(input_shape)
        shape = (input_shape[0], 4, 4, 8 * self.width)
        self.first_norm.build(shape)
        for stage in self.stages:
            if self.upsampling is not None:
                shape = self.upsampling.compute_output_shape(shape)
            if self.skips:  # with as many channels as the map
                shape = (*shape[:3], 2 * shape[3])
            stage.build(shape)
            shape = stage.compute_output_shape(shape)

    def logits(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None = None,
        training: bool | None = None,
    ) -> tf.Tensor:
        """Frames before the sigmoid."""
        self._check(skips)
        x = self.first(codes)
        x = tf.reshape(x, [-1, 4, 4, 8 * self.width])  # [batch, 4, 4, channel]
        # Passed explicitly, because `logits` is not called through Keras.
        x = leaky_relu(self.first_norm(x, training=training))
        for index, stage in enumerate(self.stages):
            if self.upsampling is not None:
                x = self.upsampling(x)
            if self.skips:  # the encoder's maps are ordered fine to coarse
                x = tf.concat([x, skips[-1 - index]], axis=-1)
            x = stage(x, training=training)
        return x

    def _check(self, skips: Sequence[tf.Tensor] | None) -> None:
        given = 0 if skips is None else len(skips)
        expected = len(self.stages) if self.skips else 0
        if given != expected:
            raise ValueError(
                f"skips must hold {expected} maps for a decoder with "
                f"skips={self.skips}, got {given}."
            )

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "skips": self.skips}
