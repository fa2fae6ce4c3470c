"""The discriminators D_I of frames and D_V of clips."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.mocogan.generator import multiples
from mipae_tf.networks.layers import kernel_initializer
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.layers import normalization


class Discriminator(keras.layers.Layer):
    """Base class: convolutions with normalization and leaky ReLU.

    The first convolution has no normalization, the last neither that nor an
    activation. No layer has a bias.

    Args:
        convolutions: the layers, in order.
        norm: one of `layers.NORMS`.
        synchronized: whether batch statistics are computed over all replicas.
        noise: standard deviation of the noise added before each convolution.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        convolutions: list[keras.layers.Layer],
        norm: str,
        synchronized: bool,
        noise: float,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.noise = noise
        self.convolutions = convolutions
        self.norms = [
            normalization(norm, conv.filters, synchronized)
            for conv in convolutions[1:-1]
        ]

    def pad(self, maps: tf.Tensor, last: bool) -> tf.Tensor:
        """The input of a convolution, padded where the layer does not."""
        return maps

    def build(self, input_shape: tuple) -> None:
        """Creates the variables for inputs with this number of channels."""
        channels = [input_shape[-1], *(c.filters for c in self.convolutions)]
        free = (None,) * (len(input_shape) - 1)
        for conv, count in zip(self.convolutions, channels[:-1], strict=True):
            conv.build((*free, count))
        for norm, count in zip(self.norms, channels[2:-1], strict=True):
            norm.build((None, None, None, count))

    def logits(
        self, maps: tf.Tensor, training: bool, key: tf.Tensor | None
    ) -> tf.Tensor:
        """The output of the last convolution.

        Args:
            maps: `[batch, ..., height, width, channel]` in [-1, 1].
            training: whether to use batch statistics.
            key: int32 `[2]`, seed of the noise; None for no noise.
        """
        norms = [None, *self.norms]
        for place, conv in enumerate(self.convolutions):
            last = place == len(norms)
            maps = conv(self.pad(self._noisy(maps, key, place), last))
            if last:
                return maps
            if norms[place] is not None:
                maps = _of_frames(norms[place], maps, training)
            maps = leaky_relu(maps)
        raise AssertionError("There is a last convolution.")

    def _noisy(
        self, maps: tf.Tensor, key: tf.Tensor | None, place: int
    ) -> tf.Tensor:
        if key is None or not self.noise:
            return maps
        key = tf.random.experimental.stateless_fold_in(key, place)
        return maps + self.noise * tf.random.stateless_normal(
            tf.shape(maps), key
        )


class ImageDiscriminator(Discriminator):
    """D_I: a map of logits, one for each patch of a frame.

    4×4 convolutions of stride 2; for 64 pixels, of 1, 2 and 4 times `width`
    channels, and the last one of a single channel on a 4×4 map.

    Args:
        frame_size: height and width of a frame.
        width: channels of the first convolution.
        **options: as for `Discriminator`, except `convolutions`.
    """

    def __init__(self, frame_size: int, width: int, **options: Any) -> None:
        channels = [n * width for n in multiples(frame_size)[:-1]]
        convolutions = [
            keras.layers.Conv2D(
                count,
                4,
                strides=2,
                padding="same",
                use_bias=False,
                kernel_initializer=kernel_initializer(),
            )
            for count in (*channels, 1)
        ]
        super().__init__(convolutions, **options)

    def call(
        self,
        frames: tf.Tensor,
        training: bool = False,
        key: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Logits `[frames, rows, columns]` of `[frames, H, W, C]`."""
        return self.logits(frames, training, key)[..., 0]


class VideoDiscriminator(Discriminator):
    """D_V: a logit of each clip, and logits Q of its category.

    Convolutions of `time_kernel`×4×4, with stride 2 in space, stride 1 and no
    padding in time; for 64 pixels, of 1, 2, 4 and 8 times `width` channels. The
    last one covers the 4×4 map. Logits are means over the remaining times; for
    clips of 16 frames of 64 pixels, there is one.

    Args:
        frame_size: height and width of a frame.
        width: channels of the first convolution.
        time_kernel: extent of the kernels in time.
        categories: values of the category.
        **options: as for `Discriminator`, except `convolutions`.

    Attributes:
        frames: the least number of frames of a clip.
    """

    def __init__(
        self,
        frame_size: int,
        width: int,
        time_kernel: int,
        categories: int,
        **options: Any,
    ) -> None:
        channels = [n * width for n in multiples(frame_size)]
        convolutions = [
            keras.layers.Conv3D(
                count,
                (time_kernel, 4, 4),
                strides=(1, 1, 1) if last else (1, 2, 2),
                use_bias=False,
                kernel_initializer=kernel_initializer(),
            )
            for last, count in (
                *((False, count) for count in channels),
                (True, 1 + categories),
            )
        ]
        super().__init__(convolutions, **options)
        self.frames = 1 + len(convolutions) * (time_kernel - 1)

    def pad(self, maps: tf.Tensor, last: bool) -> tf.Tensor:
        """Pads height and width by 1, except before the last convolution."""
        if last:
            return maps
        return tf.pad(maps, [[0, 0], [0, 0], [1, 1], [1, 1], [0, 0]])

    def call(
        self,
        clips: tf.Tensor,
        training: bool = False,
        key: tf.Tensor | None = None,
    ) -> tuple[tf.Tensor, tf.Tensor]:
        """Logits `[clips]` and `[clips, categories]` of `[clips, T, H, W, C]`.

        T must be at least `frames`.
        """
        out = self.logits(clips, training, key)  # [clips, times, 1, 1, 1 + K]
        out = tf.reduce_mean(out, axis=(1, 2, 3))
        return out[:, 0], out[:, 1:]


def _of_frames(
    norm: keras.layers.Layer, maps: tf.Tensor, training: bool
) -> tf.Tensor:
    """Applies a norm of `[frames, height, width, channel]` to maps or clips."""
    if len(maps.shape) == 4:
        return norm(maps, training=training)
    flat = tf.reshape(maps, [-1, *maps.shape[2:]])
    return tf.reshape(norm(flat, training=training), [-1, *maps.shape[1:]])
