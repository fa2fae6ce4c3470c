"""The recurrent detector, which gives z_where of one object after another."""

from typing import Any
from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.models.hierarchical_objects.image_networks import LAST_SIZE
from mipae_tf.models.hierarchical_objects.image_networks import Norm
from mipae_tf.models.hierarchical_objects.image_networks import make_encoder
from mipae_tf.models.hierarchical_objects.peaks import find_peaks
from mipae_tf.models.hierarchical_objects.scene import WHERE_DIM
from mipae_tf.networks.coordinates import with_coordinates

# Largest learned offset from a peak, as a share of the size of an object.
OFFSET = 0.3


class Detections(NamedTuple):
    """Detected objects.

    Attributes:
        where: z_where, `[batch, objects, 4]`.
        gate: whether there is anything to explain, 0 or 1,
            `[batch, objects]`; always 1 with `--detector=lstm`.
    """

    where: tf.Tensor
    gate: tf.Tensor


class Detector(keras.layers.Layer):
    """CoordConv encoder of [x, x - x̂_back], and an LSTM over objects.

    With `peak`, the LSTM gives small offsets from the largest residuals; they
    are 0 at first. With `lstm`, it gives z_where itself.

    Args:
        config: a `HierarchicalObjectsConfig`.
        frame_size: height and width of a frame.
        channels: channels of a frame.
        norm: normalization of the maps.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        config,
        frame_size: int,
        channels: int,
        norm: Norm,
        **kwargs: Any,
    ) -> None:
        super().__init__(dtype="float32", **kwargs)
        self.config = config
        widths = _widths(frame_size, config.width)
        # [x, x - x̂_back, coordinates]
        self.trunk = make_encoder(frame_size, 2 * channels + 2, widths, norm)
        units = 4 * config.width
        self.features = keras.layers.Dense(
            units, activation="elu", dtype="float32"
        )
        self.cell = keras.layers.LSTMCell(units, dtype="float32")
        first = "zeros" if config.detector == "peak" else "glorot_uniform"
        self.head = keras.layers.Dense(
            WHERE_DIM, kernel_initializer=first, dtype="float32"
        )
        self.features.build((None, LAST_SIZE**2 * widths[-1]))
        self.cell.build((None, units))
        self.head.build((None, units))
        self.built = True

    def call(
        self,
        frames: tf.Tensor,
        background: tf.Tensor,
        training: bool = False,
    ) -> Detections:
        """Detects objects in frames `[batch, height, width, channel]`.

        Args:
            frames: x, in [0, 1].
            background: x̂_back; it receives no gradient.
            training: whether the networks run in training mode.
        """
        residual = frames - tf.stop_gradient(background)
        seen = with_coordinates(tf.concat([frames, residual], axis=-1))
        features = self.features(self.trunk(seen, training=training))
        moves = tf.tanh(self._recur(features))  # [batch, objects, 4]
        if self.config.detector == "lstm":
            return self._anywhere(moves)
        return self._near_peaks(moves, residual)

    def _recur(self, features: tf.Tensor) -> tf.Tensor:
        zeros = tf.zeros_like(features)
        states, outputs = [zeros, zeros], []
        for _ in range(self.config.objects):
            hidden, states = self.cell(features, states)
            outputs.append(self.head(hidden))
        return tf.stack(outputs, axis=1)  # [batch, objects, 4]

    def _anywhere(self, moves: tf.Tensor) -> Detections:
        config = self.config
        scale, place = tf.split(moves, 2, axis=-1)
        scale = config.object_scale * (1.0 + config.scale_range * scale)
        where = tf.concat([scale, place], axis=-1)
        return Detections(where, tf.ones_like(where[..., 0]))

    def _near_peaks(self, moves: tf.Tensor, residual: tf.Tensor) -> Detections:
        config = self.config
        # In nats of the Gaussian likelihood.
        squares = tf.reduce_sum(tf.square(residual), axis=-1)
        squares /= 2.0 * config.observation_variance
        peaks = find_peaks(
            squares, config.objects, config.object_scale, config.scale_range
        )
        gate = tf.cast(peaks.energy > config.object_price, tf.float32)
        scale, place = tf.split(peaks.where, 2, axis=-1)
        of_scale, of_place = tf.split(OFFSET * moves, 2, axis=-1)
        where = tf.concat(
            [scale * (1.0 + of_scale), place + scale * of_place], axis=-1
        )
        return Detections(where, gate)


def _widths(frame_size: int, width: int) -> tuple[int, ...]:
    """16, 32, 64, 64, 64 with a width of 32, down to the 4×4 map."""
    maps = (frame_size // LAST_SIZE).bit_length() - 1
    return tuple(max(1, min(2 * width, width * 2**n // 2)) for n in range(maps))
