"""A decoder in which pose gives positions and content gives appearance."""

import math
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.networks.frame_decoder import FrameDecoder
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import normalization

GRID = 16  # rows and columns of the pose map
PROFILES = 32  # pairs of a row profile and a column profile
HIDDEN = 128
FREQUENCIES = 4


@keras.saving.register_keras_serializable("mipae_tf")
class ContentFilterDecoder(FrameDecoder):
    """Maps pose to positions, then filters the map with the content.

    An MLP maps sines and cosines of the pose to profiles over the rows and
    columns of a 16 by 16 grid. Their outer products mark positions. The content
    gives a matrix that mixes the channels of this map at every position, and a
    scale and a shift for them. A last convolution computes the block of pixels
    of each grid cell.

    Codes are float32 [batch, dim], content followed by pose; frames are float32
    [batch, height, width, channel] in [0, 1].

    Args:
        channels: channels of a frame.
        width: a quarter of the channels of the maps.
        norm: one of `layers.NORMS`.
        pose_dim: number of dimensions at the end of a code that are pose; 0 if
            the code is not split and serves as both.
        **kwargs: see `FrameDecoder`.

    Raises:
        ValueError: if the frame size or norm is unknown, or skip maps are
            given.
    """

    FRAME_SIZES = (32, 64, 128)

    def __init__(
        self,
        channels: int,
        width: int = 16,
        norm: str = "group",
        pose_dim: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(channels, width, norm, **kwargs)
        self.pose_dim = pose_dim
        self.maps = 4 * width
        self.block = self.frame_size // GRID
        self.place = [self._dense(HIDDEN, leaky_relu) for _ in range(2)]
        self.rows = self._dense(GRID * PROFILES)
        self.columns = self._dense(GRID * PROFILES)
        self.draw = self._convolution(self.maps)
        self.drawn_norm = self._normalise()
        self.thing = self._dense(HIDDEN, leaky_relu)
        # Initialised to a random mixing that preserves the variance of a map.
        self.mixing = keras.layers.Dense(
            self.maps**2,
            kernel_initializer=keras.initializers.VarianceScaling(
                1.0 / self.maps, "fan_in"
            ),
            bias_initializer=keras.initializers.RandomNormal(
                0.0, 1.0 / math.sqrt(self.maps)
            ),
            dtype=self.dtype_policy,
        )
        self.mixed_norm = self._normalise()
        self.scale = keras.layers.Dense(
            self.maps, bias_initializer="ones", dtype=self.dtype_policy
        )
        self.shift = self._dense(self.maps)
        # Frames are dark at first, like most pixels of most videos.
        self.paint = keras.layers.Conv2D(
            channels * self.block**2,
            3,
            padding="same",
            bias_initializer=keras.initializers.Constant(-2.0),
            dtype="float32",
        )

    def _dense(self, units: int, activation=None) -> keras.layers.Dense:
        return keras.layers.Dense(
            units, activation=activation, dtype=self.dtype_policy
        )

    def _convolution(self, filters: int) -> keras.layers.Conv2D:
        return keras.layers.Conv2D(
            filters, 3, padding="same", dtype=self.dtype_policy
        )

    def _normalise(self) -> keras.layers.Layer:
        return normalization(
            self.norm, self.maps, self.synchronized, dtype=self.dtype_policy
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        content_dim = input_shape[-1] - self.pose_dim
        pose_dim = self.pose_dim or input_shape[-1]
        self.place[0].build((None, pose_dim * (1 + 2 * FREQUENCIES)))
        self.place[1].build((None, HIDDEN))
        for layer in (self.rows, self.columns):
            layer.build((None, HIDDEN))
        self.draw.build((None, GRID, GRID, PROFILES))
        for layer in (self.drawn_norm, self.mixed_norm, self.paint):
            layer.build((None, GRID, GRID, self.maps))
        self.thing.build((None, content_dim))
        for layer in (self.mixing, self.scale, self.shift):
            layer.build((None, HIDDEN))

    def logits(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None = None,
        training: bool | None = None,
    ) -> tf.Tensor:
        """Frames before the sigmoid."""
        if skips:
            raise ValueError(
                f"skips must be empty for this decoder, got {len(skips)} maps."
            )
        content, pose = codes, codes
        if self.pose_dim:
            content = codes[:, : -self.pose_dim]
            pose = codes[:, -self.pose_dim :]
        x = self._pose_maps(pose)
        x = leaky_relu(self.drawn_norm(x, training=training))
        thing = self.thing(content)
        matrix = tf.reshape(
            self.mixing(thing), [-1, self.maps, self.maps]
        )  # [batch, maps, maps]
        flat = tf.reshape(x, [-1, GRID * GRID, self.maps])
        x = tf.reshape(
            tf.matmul(flat, matrix), [-1, GRID, GRID, self.maps]
        )  # [batch, grid, grid, maps]
        x = self.mixed_norm(x, training=training)
        x = x * self.scale(thing)[:, None, None]
        x = leaky_relu(x + self.shift(thing)[:, None, None])
        return tf.nn.depth_to_space(self.paint(x), self.block)

    def _pose_maps(self, pose: tf.Tensor) -> tf.Tensor:
        """Maps [batch, grid, grid, maps] of a pose [batch, dim]."""
        x = fourier_features(pose)
        for layer in self.place:
            x = layer(x)
        shape = [-1, GRID, PROFILES]
        rows = tf.reshape(self.rows(x), shape)  # [batch, grid, profiles]
        columns = tf.reshape(self.columns(x), shape)
        return self.draw(rows[:, :, None] * columns[:, None])

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "pose_dim": self.pose_dim}


def fourier_features(pose: tf.Tensor) -> tf.Tensor:
    """The pose with its sines and cosines at frequencies π/2 · 2^i.

    Args:
        pose: [batch, dim].

    Returns:
        [batch, dim * 9].
    """
    octaves = [pose * (np.pi / 2 * 2**i) for i in range(FREQUENCIES)]
    parts = [f(octave) for octave in octaves for f in (tf.sin, tf.cos)]
    return tf.concat([pose, *parts], axis=-1)
