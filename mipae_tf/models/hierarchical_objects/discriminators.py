"""The discriminators of pairs of poses, and of frames."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.hierarchical_objects.image_networks import LAST_SIZE
from mipae_tf.models.hierarchical_objects.image_networks import frame_widths
from mipae_tf.networks.layers import leaky_relu

# Factor of what a residual block adds, as in the code of the authors of R1.
RESIDUAL = 0.1


class FrameDiscriminator(keras.layers.Layer):
    """Logits of frames: residual blocks without normalization.

    Args:
        frame_size: height and width of a frame.
        channels: channels of a frame.
        width: channels of the first block.
        **kwargs: `name` of the layer.

    References:
        - Which training methods for GANs do actually converge?
          (https://arxiv.org/abs/1801.04406).
    """

    def __init__(
        self, frame_size: int, channels: int, width: int, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        widths = frame_widths(frame_size, width)
        self.first = _conv(width)
        self.first.build((None, frame_size, frame_size, channels))
        self.blocks = []
        for before, after in zip((width, *widths), widths, strict=False):
            block = _conv(before), _conv(after), _conv(after, 1)
            for conv in block:
                conv.build((None, None, None, before))
            self.blocks.append(block)
        self.logit = keras.layers.Dense(1, dtype="float32")
        self.logit.build((None, LAST_SIZE**2 * widths[-1]))
        self.built = True

    def call(self, frames: tf.Tensor) -> tf.Tensor:
        """Logits `[batch]` of frames `[batch, height, width, channel]`."""
        maps = self.first(frames)
        for hidden, out, shortcut in self.blocks:
            added = out(leaky_relu(hidden(leaky_relu(maps))))
            maps = shortcut(maps) + RESIDUAL * added
            maps = tf.nn.avg_pool2d(maps, 2, 2, "SAME")
        flat = tf.reshape(maps, [-1, self.logit.kernel.shape[0]])
        return self.logit(leaky_relu(flat))[:, 0]


def _conv(filters: int, size: int = 3) -> keras.layers.Conv2D:
    return keras.layers.Conv2D(
        filters, size, padding="same", kernel_initializer="he_normal"
    )
