"""A decoder that draws one glyph in one place."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import require_choice

GRID = 8  # rows and columns of the map that a glyph is painted from
HIDDEN = 128
PLACE_DIM = 2


@keras.saving.register_keras_serializable("mipae_tf")
class GlyphDecoder(keras.layers.Layer):
    """Paints a glyph half as wide as the frame and pastes it at its place.

    The last two numbers of a code are the place: row and column of the
    glyph's middle, in quarters of the frame from the frame's middle. The
    others are what the glyph looks like. A glyph is moved by fractions of a
    pixel with linear interpolation, as in spatial transformers (1506.02025),
    and is dark beyond its edge.

    Codes are float32 [batch, dim]; frames are float32 [batch, height, width,
    channel] in [0, 1].

    Args:
        channels: channels of a frame.
        width: a quarter of the channels of the maps.
        frame_size: 64 or 128, height and width of the frames in pixels.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: on another frame size.
    """

    def __init__(
        self,
        channels: int,
        width: int = 16,
        frame_size: int = 64,
        **kwargs: Any,
    ) -> None:
        # Places keep float32: bfloat16 knows them to a pixel and no better.
        super().__init__(autocast=False, **kwargs)
        require_choice("frame_size", frame_size, (64, 128))
        self.channels = channels
        self.width = width
        self.frame_size = frame_size
        self.glyph_size = frame_size // 2
        self.maps = 4 * width
        block = self.glyph_size // GRID
        dtype = self.dtype_policy
        self.look = keras.layers.Dense(HIDDEN, leaky_relu, dtype=dtype)
        self.spread = keras.layers.Dense(
            GRID * GRID * self.maps, leaky_relu, dtype=dtype
        )
        self.mix = keras.layers.Conv2D(
            self.maps, 3, padding="same", activation=leaky_relu, dtype=dtype
        )
        # Dark at first, as most pixels of most videos are.
        self.paint = keras.layers.Conv2D(
            channels * block**2,
            3,
            padding="same",
            bias_initializer=keras.initializers.Constant(-2.0),
            dtype="float32",
        )
        self.block = block

    def build(self, input_shape: tuple) -> None:
        """Makes the variables for codes [batch, dim]."""
        self.look.build((None, input_shape[-1] - PLACE_DIM))
        self.spread.build((None, HIDDEN))
        for layer in (self.mix, self.paint):
            layer.build((None, GRID, GRID, self.maps))

    def call(self, codes: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Frames of codes."""
        return paste(
            self.glyphs(codes[:, :-PLACE_DIM]),
            codes[:, -PLACE_DIM:],
            self.frame_size,
        )

    def glyphs(self, looks: tf.Tensor) -> tf.Tensor:
        """Glyphs [batch, size, size, channel] in [0, 1] of looks."""
        x = tf.reshape(
            self.spread(self.look(looks)), [-1, GRID, GRID, self.maps]
        )  # [batch, grid, grid, maps]
        x = self.paint(self.mix(x))
        return tf.sigmoid(tf.nn.depth_to_space(x, self.block))

    def get_config(self) -> dict[str, Any]:
        """The constructor's arguments."""
        return {
            **super().get_config(),
            "channels": self.channels,
            "width": self.width,
            "frame_size": self.frame_size,
        }


def paste(glyphs: tf.Tensor, places: tf.Tensor, frame_size: int) -> tf.Tensor:
    """Dark frames with a glyph each.

    Args:
        glyphs: [batch, size, size, channel].
        places: [batch, 2], row and column of the glyph's middle, in quarters
            of the frame from the frame's middle.
        frame_size: height and width of the frames in pixels.

    Returns:
        [batch, frame_size, frame_size, channel].
    """
    size = glyphs.shape[1]
    first = (frame_size - size) / 2 + places * (frame_size / 4)
    pixels = tf.range(frame_size, dtype=places.dtype)[:, None]
    inside = tf.range(size, dtype=places.dtype)
    ahead = pixels - inside - first[:, :, None, None]
    hats = tf.nn.relu(1.0 - tf.abs(ahead))  # [batch, 2, frame_size, size]
    rows, columns = tf.unstack(hats, axis=1)
    return tf.einsum("byi,bxj,bijc->byxc", rows, columns, glyphs)
