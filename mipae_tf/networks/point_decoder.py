"""A decoder that draws points as blobs, and frames from the blobs."""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.conv_block import ConvBlock
from mipae_tf.networks.frame_decoder import FrameDecoder
from mipae_tf.networks.point_encoder import VALUES_PER_POINT

GRID = 16  # rows and columns of the maps of blobs
BLOB = 1.25  # standard deviation of a blob, in cells of the grid


@keras.saving.register_keras_serializable("mipae_tf")
class PointDecoder(FrameDecoder):
    """Codes and skip maps to frames, by convolutions alone.

    Each point becomes a blob in a map of 16 by 16: a Gaussian around its
    position, times its strength. Convolutions compute the frame from these
    maps and the skip maps of `DCGANEncoder`. The content code is added to all
    positions. What is learned of a point at one place holds at all others.

    Codes are float32 [batch, dim], content followed by the codes of
    `PointEncoder`; frames are float32 [batch, height, width, channel] in
    [0, 1].

    Args:
        channels: channels of a frame.
        width: channels of the finest skip map.
        norm: one of `layers.NORMS`.
        pose_dim: number of dimensions at the end of a code that are points; 0
            for none.
        **kwargs: see `FrameDecoder`.

    Raises:
        ValueError: if the frame size or norm is unknown, or there are no skip
            maps.
    """

    skips = True

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
        options = self.options
        up = {"kernel_size": 4, "strides": 2, "transposed": True}
        self.content = keras.layers.Dense(4 * width, dtype=self.dtype_policy)
        self.first = ConvBlock(4 * width, 3, **options)
        self.down = ConvBlock(4 * width, 4, strides=2, **options)
        self.wide = ConvBlock(4 * width, 3, **options)  # sees far around
        self.up = ConvBlock(4 * width, **up, **options)
        # From 16 by 16 to half the frame size, then to the frame.
        halves = [2] if self.frame_size == 64 else [4, 2]
        self.stages = [ConvBlock(n * width, **up, **options) for n in halves]
        self.last = ConvBlock(
            channels, **up, norm="none", activation="linear", dtype="float32"
        )

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        batch, dim = input_shape
        width, points = self.width, self.pose_dim // VALUES_PER_POINT
        depth = _depths(width, self.frame_size)
        self.content.build((batch, dim - self.pose_dim))
        self.first.build((batch, GRID, GRID, depth[GRID] + points))
        self.down.build((batch, GRID, GRID, 4 * width))
        half = GRID // 2
        self.wide.build((batch, half, half, depth[half] + 4 * width))
        self.up.build((batch, half, half, 4 * width))
        size, own = GRID, 4 * width
        for stage in self.stages:
            stage.build((batch, size, size, own))
            size, own = 2 * size, stage.conv.filters + depth[2 * size]
        self.last.build((batch, size, size, own))

    def logits(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None = None,
        training: bool | None = None,
    ) -> tf.Tensor:
        """Frames before the sigmoid.

        Raises:
            ValueError: if there are no skip maps.
        """
        if not skips:
            raise ValueError("skips must hold the skip maps, got none.")
        of_size = {maps.shape[1]: maps for maps in skips}
        content, points = tf.split(
            codes, [codes.shape[-1] - self.pose_dim, self.pose_dim], axis=-1
        )
        x = of_size[GRID]
        if self.pose_dim:
            x = tf.concat([x, tf.cast(blobs(points), x.dtype)], axis=-1)
        x = self.first(x, training=training)  # [batch, 16, 16, channel]
        x += self.content(content)[:, None, None]
        around = self.down(x, training=training)
        around = tf.concat([of_size[GRID // 2], around], axis=-1)
        around = self.wide(around, training=training)
        x += self.up(around, training=training)
        for stage in self.stages:
            x = stage(x, training=training)
            x = tf.concat([of_size[x.shape[1]], x], axis=-1)
        return self.last(x)

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {**super().get_config(), "pose_dim": self.pose_dim}


def blobs(points: tf.Tensor) -> tf.Tensor:
    """Maps of points, `[batch, 16, 16, points]`.

    Args:
        points: row, column and strength of each point, `[batch, 3 * points]`,
            see `PointEncoder`.
    """
    of_point = tf.reshape(
        points, [-1, points.shape[-1] // VALUES_PER_POINT, VALUES_PER_POINT]
    )  # [batch, points, 3]
    rows, columns, strengths = tf.unstack(of_point, axis=-1)
    grid = tf.linspace(-1.0, 1.0, GRID)
    scale = 0.5 * (GRID - 1) / BLOB  # from coordinates to deviations

    def along(places: tf.Tensor) -> tf.Tensor:
        away = scale * (grid[:, None] - places[:, None])
        return tf.exp(-0.5 * tf.square(away))  # [batch, 16, points]

    profile = along(rows)[:, :, None] * along(columns)[:, None]
    return profile * strengths[:, None, None]


def _depths(width: int, frame_size: int) -> dict[int, int]:
    """Channels of the skip maps of `DCGANEncoder` by their size."""
    multiples = [1, 2, 4, 8] + [8] * (frame_size == 128)
    return {
        frame_size >> (n + 1): multiple * width
        for n, multiple in enumerate(multiples)
    }
