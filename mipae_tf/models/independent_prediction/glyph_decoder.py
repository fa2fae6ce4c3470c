"""A decoder that draws one glyph at one position."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import require_choice

GRID_SIZE = 8  # rows and columns of the feature map of a glyph
HIDDEN_DIM = 128
POSITION_DIM = 2


@keras.saving.register_keras_serializable("mipae_tf")
class GlyphDecoder(keras.layers.Layer):
    """Decodes a glyph of half the frame size and pastes it into the frame.

    The last two elements of a code are the position: row and column of the
    center of the glyph, relative to the center of the frame, in quarters of
    the frame. The other elements are its appearance. Positions between pixels
    use linear interpolation, as in spatial transformers (1506.02025). The
    frame is 0 outside the glyph.

    Codes are float32 [batch, dim]; frames are float32 [batch, height, width,
    channel] in [0, 1].

    Args:
        channels: channels of a frame.
        width: a quarter of the channels of the feature maps.
        frame_size: 64 or 128, height and width of the frames in pixels.
        **kwargs: `dtype`, `name` of the layer.

    Raises:
        ValueError: if the frame size is another one.
    """

    def __init__(
        self,
        channels: int,
        width: int = 16,
        frame_size: int = 64,
        **kwargs: Any,
    ) -> None:
        # Positions stay float32: bfloat16 only resolves whole pixels.
        super().__init__(autocast=False, **kwargs)
        require_choice("frame_size", frame_size, (64, 128))
        self.channels = channels
        self.width = width
        self.frame_size = frame_size
        self.glyph_size = frame_size // 2
        self.maps = 4 * width
        block = self.glyph_size // GRID_SIZE
        dtype = self.dtype_policy
        self.hidden = keras.layers.Dense(HIDDEN_DIM, leaky_relu, dtype=dtype)
        self.to_maps = keras.layers.Dense(
            GRID_SIZE * GRID_SIZE * self.maps, leaky_relu, dtype=dtype
        )
        self.mix = keras.layers.Conv2D(
            self.maps, 3, padding="same", activation=leaky_relu, dtype=dtype
        )
        # Dark initially, as most pixels of most videos are.
        self.to_pixels = keras.layers.Conv2D(
            channels * block**2,
            3,
            padding="same",
            bias_initializer=keras.initializers.Constant(-2.0),
            dtype="float32",
        )
        self.block = block

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for codes [batch, dim]."""
        self.hidden.build((None, input_shape[-1] - POSITION_DIM))
        self.to_maps.build((None, HIDDEN_DIM))
        for layer in (self.mix, self.to_pixels):
            layer.build((None, GRID_SIZE, GRID_SIZE, self.maps))

    def call(self, codes: tf.Tensor, training: bool | None = None) -> tf.Tensor:
        """Decodes codes to frames."""
        return paste(
            self.glyphs(codes[:, :-POSITION_DIM]),
            codes[:, -POSITION_DIM:],
            self.frame_size,
        )

    def glyphs(self, appearances: tf.Tensor) -> tf.Tensor:
        """Decodes appearances to [batch, size, size, channel] in [0, 1]."""
        x = tf.reshape(
            self.to_maps(self.hidden(appearances)),
            [-1, GRID_SIZE, GRID_SIZE, self.maps],
        )  # [batch, grid, grid, maps]
        x = self.to_pixels(self.mix(x))
        return tf.sigmoid(tf.nn.depth_to_space(x, self.block))

    def get_config(self) -> dict[str, Any]:
        """The arguments of the constructor."""
        return {
            **super().get_config(),
            "channels": self.channels,
            "width": self.width,
            "frame_size": self.frame_size,
        }


def paste(
    glyphs: tf.Tensor, positions: tf.Tensor, frame_size: int
) -> tf.Tensor:
    """Pastes each glyph into a frame of zeros.

    Args:
        glyphs: [batch, size, size, channel].
        positions: [batch, 2], row and column of the center of the glyph,
            relative to the center of the frame, in quarters of the frame.
        frame_size: height and width of the frames in pixels.

    Returns:
        [batch, frame_size, frame_size, channel].
    """
    size = glyphs.shape[1]
    first = (frame_size - size) / 2 + positions * (frame_size / 4)
    pixels = tf.range(frame_size, dtype=positions.dtype)[:, None]
    inside = tf.range(size, dtype=positions.dtype)
    ahead = pixels - inside - first[:, :, None, None]
    # Weights of the linear interpolation, [batch, 2, frame_size, size].
    weights = tf.nn.relu(1.0 - tf.abs(ahead))
    rows, columns = tf.unstack(weights, axis=1)
    return tf.einsum("byi,bxj,bijc->byxc", rows, columns, glyphs)
