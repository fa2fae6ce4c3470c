"""Frames that are composed of a drawing and of the pixels of a known frame.

    x̂ = m_0 · r + m_1 · d + m_2 · w(r),  w(r)[p] = r[p + f[p]]

r is the known frame, d a drawing, f an offset for each pixel, and the masks m
are a softmax. For m_0 = 1, x̂ is a copy of r. SV2P (arXiv 1605.07157) and SAVP
(arXiv 1804.01523) compose frames in this way. With points, f is the sum of a
free offset and the motion of points, see `point_motion`.
"""

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.point_encoder import VALUES_PER_POINT
from mipae_tf.networks.point_motion import point_offsets

# The first masks are softmax(2, 0, ...), so that x̂ starts close to a copy.
FIRST_COPY_LOGIT = 2.0
# The unit of the offsets in pixels.
OFFSET_SCALE = 8.0


@keras.saving.register_keras_serializable("mipae_tf")
class BlendingDecoder(keras.layers.Layer):
    """Codes and a known frame to frames.

    Codes are float32 [batch, dim]; frames are float32 [batch, height, width,
    channel] in [0, 1]. The known frame is the first, finest skip map; the
    others are those of `decoder`.

    Args:
        decoder: gives the maps of a frame: the logits of d, the logit of m_1
            and, if `moves`, the logit of m_2 and the vertical and horizontal
            offset in units of `OFFSET_SCALE` pixels; then the logits of the
            choice of a point.
        moves: whether there is the third term, with moved pixels.
        points: number of points whose motion the pixels follow; 0 for none.
            Codes then end with the points of the known frame and those of the
            frame to decode, `3 * points` numbers each.
        **kwargs: `name` of the layer.
    """

    skips = True
    blends = True

    def __init__(
        self,
        decoder: keras.layers.Layer,
        moves: bool,
        points: int = 0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.decoder, self.moves, self.points = decoder, moves, points

    @staticmethod
    def maps_per_frame(channels: int, moves: bool, points: int = 0) -> int:
        """Channels of the maps, for frames of `channels` channels."""
        return channels + (4 if moves else 1) + points

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        self.decoder.build(input_shape)

    def call(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None = None,
        training: bool | None = None,
    ) -> tf.Tensor:
        """Frames for codes, and for the known frame and the skip maps."""
        return self.with_drawn_share(codes, skips, training)[0]

    def with_drawn_share(
        self,
        codes: tf.Tensor,
        skips: Sequence[tf.Tensor] | None,
        training: bool | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Frames, and how much of each pixel is drawn, m_1.

        Raises:
            ValueError: if the known frame or a skip map is missing.
        """
        if not skips:
            raise ValueError("skips must begin with the known frame, got none.")
        known, *others = skips
        channels = known.shape[-1]
        maps = self.decoder.logits(codes, others or None, training)
        parts = [known, tf.sigmoid(maps[..., :channels])]
        logits = maps[..., channels : channels + (2 if self.moves else 1)]
        if self.moves:
            offsets = OFFSET_SCALE * maps[..., channels + 2 : channels + 4]
            if self.points:
                before, after = self._points(codes)
                choice = maps[..., channels + 4 :]
                offsets += point_offsets(after, before, choice)
            parts.append(move_pixels(known, offsets))
        copied = FIRST_COPY_LOGIT * tf.ones_like(logits[..., :1])
        masks = tf.nn.softmax(tf.concat([copied, logits], axis=-1))
        masks = tf.split(masks, len(parts), axis=-1)
        pairs = zip(masks, parts, strict=True)
        return tf.add_n([mask * part for mask, part in pairs]), masks[1]

    def _points(self, codes: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Points of the known frame and of the frame to decode."""
        size = VALUES_PER_POINT * self.points
        return codes[:, -2 * size : -size], codes[:, -size:]

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "decoder": keras.saving.serialize_keras_object(self.decoder),
            "moves": self.moves,
            "points": self.points,
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "BlendingDecoder":
        """Creates the layer from the result of `get_config`."""
        decoder = keras.saving.deserialize_keras_object(config["decoder"])
        return cls(**{**config, "decoder": decoder})


def move_pixels(frames: tf.Tensor, offsets: tf.Tensor) -> tf.Tensor:
    """Takes each pixel from another place, with bilinear interpolation.

    Outside the frame, the nearest pixel of its border is taken.

    Args:
        frames: `[batch, height, width, channel]`.
        offsets: rows and columns to add to the place of each pixel, in pixels,
            `[batch, height, width, 2]`.

    Returns:
        Frames of the same shape, differentiable in both arguments.
    """
    height, width = frames.shape[1:3]
    rows = tf.range(height, dtype=tf.float32)[:, None] + offsets[..., 0]
    columns = tf.range(width, dtype=tf.float32) + offsets[..., 1]
    rows = tf.clip_by_value(rows, 0.0, height - 1.0)  # [batch, height, width]
    columns = tf.clip_by_value(columns, 0.0, width - 1.0)
    top, left = tf.floor(rows), tf.floor(columns)
    bottom = tf.minimum(top + 1.0, height - 1.0)
    right = tf.minimum(left + 1.0, width - 1.0)
    flat = tf.reshape(frames, [-1, height * width, frames.shape[-1]])

    def pixels(row: tf.Tensor, column: tf.Tensor) -> tf.Tensor:
        place = tf.cast(row * width + column, tf.int32)
        return tf.gather(flat, place, batch_dims=1)  # like `frames`

    down, across = (rows - top)[..., None], (columns - left)[..., None]
    upper = pixels(top, left) * (1 - across) + pixels(top, right) * across
    lower = pixels(bottom, left) * (1 - across) + pixels(bottom, right) * across
    return upper * (1 - down) + lower * down
