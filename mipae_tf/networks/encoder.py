"""Base class of the convolutional encoders."""

import abc
from collections.abc import Mapping
from typing import Any
from typing import ClassVar

import keras
import tensorflow as tf

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.layers import code_activation
from mipae_tf.networks.layers import require_choice


class Encoder(keras.layers.Layer, abc.ABC):
    """Frames to codes: stages that halve the map, then a head.

    Frames are float32 [batch, height, width, channel] in [0, 1]. Codes are
    float32 [batch, code_dim] under every dtype policy, because similarity
    losses and mutual-information bounds are computed from them.

    The head is a convolution over the whole last map, a norm and the activation
    of the code. With group norm the head has no norm, because it would fix the
    mean and scale of each single code.

    Args:
        code_dim: length of a code.
        width: channels of the first stage; 64 as published.
        norm: 'batch_unbiased' as published, or another of `layers.NORMS`.
        activation: activation of a code: 'tanh', 'linear' or 'unit'.
        frame_size: height and width of the frames in pixels.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: if the frame size is not supported, the norm or activation
            is unknown, or frames have another size.
    """

    # Size of the last map for each supported frame size, in pixels.
    HEAD_SIZES: ClassVar[Mapping[int, int]] = {64: 4, 128: 4}

    def __init__(
        self,
        code_dim: int,
        width: int = 64,
        norm: str = "batch",
        activation: str = "tanh",
        frame_size: int = 64,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        require_choice("frame_size", frame_size, self.HEAD_SIZES)
        self.code_dim = code_dim
        self.width = width
        self.norm = norm
        self.activation = activation
        self.frame_size = frame_size
        self.synchronized = synchronized
        self.options = {
            "norm": norm,
            "synchronized": synchronized,
            "dtype": self.dtype_policy,
        }
        self.stages = self.make_stages()
        self.pool = self.make_pool()
        self.head = ConvBlock(
            code_dim,
            self.HEAD_SIZES[frame_size],
            padding="valid",
            norm=norm if norm.startswith("batch") else "none",
            activation="linear",
            synchronized=synchronized,
            dtype="float32",
        )
        self.code_activation = code_activation(activation)

    @abc.abstractmethod
    def make_stages(self) -> list[keras.layers.Layer]:
        """The stages, whose outputs are the skip maps, from fine to coarse."""

    def make_pool(self) -> keras.layers.Layer | None:
        """Layer that halves a map after its use as a skip map, or None."""
        return None

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for frames [batch, height, width, channel]."""
        self._check(input_shape)
        shape = tuple(input_shape)
        for stage in self.stages:
            stage.build(shape)
            shape = stage.compute_output_shape(shape)
            if self.pool is not None:
                shape = self.pool.compute_output_shape(shape)
        self.head.build(shape)

    def _check(self, shape: tuple) -> None:
        size = (self.frame_size, self.frame_size)
        if len(shape) != 4 or tuple(shape[1:3]) != size:
            raise ValueError(
                f"frames must be [batch, {size[0]}, {size[1]}, channel] for "
                f"frame_size={self.frame_size}, got {list(shape)}."
            )

    def call(
        self,
        frames: tf.Tensor,
        training: bool | None = None,
        return_skips: bool = False,
    ) -> tf.Tensor | tuple[tf.Tensor, list[tf.Tensor]]:
        """Codes [batch, code_dim]; also the skip maps if `return_skips`."""
        x, skips = frames, []
        for stage in self.stages:
            x = stage(x, training=training)
            skips.append(x)
            if self.pool is not None:
                x = self.pool(x)
        x = self.head(x, training=training)  # [batch, 1, 1, code_dim]
        codes = self.code_activation(x[:, 0, 0, :])  # [batch, code_dim]
        return (codes, skips) if return_skips else codes

    def with_skips(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Codes, and the maps of all stages from fine to coarse."""
        return self(frames, training=training, return_skips=True)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "code_dim": self.code_dim,
            "width": self.width,
            "norm": self.norm,
            "activation": self.activation,
            "frame_size": self.frame_size,
            "synchronized": self.synchronized,
        }
