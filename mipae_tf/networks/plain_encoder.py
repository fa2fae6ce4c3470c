"""Base class of the encoders without norms."""

import abc
import math
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.layers import code_activation
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import require_choice
from mipae_tf.networks.mirrored_conv import MirroredConv2D


class PlainEncoder(keras.layers.Layer, abc.ABC):
    """Encodes frames by convolutions without norm, and pooling.

    Dense layers follow, unless `HIDDEN` is 0: then pooled vectors are codes.

    Frames are float32 [batch, height, width, channel] in [0, 1], codes float32
    [batch, code_dim]. There are no skip maps.

    A norm between the convolutions would scale each frame by its own moments
    and hide small differences between frames, such as shape.

    Args:
        code_dim: length of a code.
        width: channels of the first convolution.
        norm: ignored here; other networks of the backbone use it.
        activation: activation of a code: 'tanh', 'linear' or 'unit'.
        frame_size: 32, 64 or 128, height and width of the frames in pixels.
        synchronized: whether batch statistics are computed over all replicas.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: if the frame size or activation is unknown, or frames have
            another size.
    """

    HIDDEN = 128  # units of the dense layer before the code
    MIRRORED = False  # whether convolutions are `MirroredConv2D`

    def __init__(
        self,
        code_dim: int,
        width: int = 16,
        norm: str = "none",
        activation: str = "linear",
        frame_size: int = 64,
        synchronized: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        require_choice("frame_size", frame_size, (32, 64, 128))
        self.code_dim = code_dim
        self.width = width
        self.norm = norm
        self.activation = activation
        self.frame_size = frame_size
        self.synchronized = synchronized
        # Number of convolutions with stride 2 down to a map of 16 by 16.
        self.halvings = int(math.log2(frame_size // 16))
        self.convolutions = self.make_convolutions()
        if self.HIDDEN:
            self.hidden = keras.layers.Dense(
                self.HIDDEN, activation=leaky_relu, dtype=self.dtype_policy
            )
            self.code = keras.layers.Dense(code_dim, dtype="float32")
        self.code_activation = code_activation(activation)

    @abc.abstractmethod
    def make_convolutions(self) -> list[keras.layers.Layer]:
        """The convolutions, in order."""

    @abc.abstractmethod
    def build_pool(self, map_shape: tuple) -> int:
        """Builds the layers for `pool`; returns the length of its vectors."""

    @abc.abstractmethod
    def pool(self, maps: tf.Tensor, training: bool | None) -> tf.Tensor:
        """Pools maps [batch, height, width, channel] to [batch, features]."""

    def convolution(self, filters: int, size: int, strides: int):
        """One convolution with its activation."""
        layer = MirroredConv2D if self.MIRRORED else keras.layers.Conv2D
        return layer(
            filters,
            size,
            strides=strides,
            padding="valid" if self.MIRRORED else "same",
            activation=leaky_relu,
            kernel_initializer="he_uniform",
            dtype=self.dtype_policy,
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for frames [batch, height, width, channel]."""
        size = self.frame_size
        if len(input_shape) != 4 or tuple(input_shape[1:3]) != (size, size):
            raise ValueError(
                f"frames must be [batch, {size}, {size}, channel] for "
                f"frame_size={size}, got {list(input_shape)}."
            )
        shape = input_shape
        for convolution in self.convolutions:
            convolution.build(shape)
            shape = convolution.compute_output_shape(shape)
        features = self.build_pool(shape)
        if self.HIDDEN:
            self.hidden.build((None, features))
            self.code.build((None, self.HIDDEN))

    def call(
        self, frames: tf.Tensor, training: bool | None = None
    ) -> tf.Tensor:
        """Codes [batch, code_dim]."""
        x = frames
        for convolution in self.convolutions:
            x = convolution(x)
        codes = self.pool(x, training)
        if self.HIDDEN:
            codes = self.code(self.hidden(codes))
        return self.code_activation(codes)

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
