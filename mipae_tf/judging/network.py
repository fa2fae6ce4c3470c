"""The network of a judge: locates objects and classifies each of them."""

from collections.abc import Sequence

import keras
import tensorflow as tf

from mipae_tf.data import Factor
from mipae_tf.networks.keypoint_encoder import expected_coordinates

# Size of the view around an object, for frames of 64 pixels.
VIEW_SIZE = 32


class JudgeNetwork(keras.Model):
    """Predicts logits of classes and positions of objects from a frame.

    Each object has its own map, whose expected coordinates give its position up
    to a scale and a shift. The classes of an object are predicted from the
    pixels around this position only; classes without an object are predicted
    from the whole frame.

    Args:
        classes: factors with a size; each value is a class.
        places: positions of objects.
    """

    def __init__(
        self, classes: Sequence[Factor], places: Sequence[Factor]
    ) -> None:
        super().__init__()
        self.classes, self.places = tuple(classes), tuple(places)
        self.objects = sorted({place.object for place in places})
        self.blocks = [_block(24, 2), _block(32, 2), _block(32, 1, size=3)]
        self.heat = keras.layers.Conv2D(max(1, len(self.objects)), 1)
        self.looks = [_classifier(32, 64, 96) for _ in self.objects]
        self.whole = None
        if any(self._object_of(factor) is None for factor in self.classes):
            self.whole = _classifier(64, 64)
        self.heads = [keras.layers.Dense(f.size) for f in self.classes]
        self.affine = self.add_weight(
            shape=(2, max(1, len(self.places))), name="affine"
        )
        self.affine.assign(tf.fill(self.affine.shape, 0.5))

    def call(
        self, frames: tf.Tensor, training: bool = False
    ) -> tuple[list[tf.Tensor], tf.Tensor]:
        """Logits `[batch, values]` of each class, and positions in [0, 1].

        Args:
            frames: uint8 `[batch, height, width, channel]`.
            training: whether to use batch statistics.
        """
        x = frames = tf.cast(frames, tf.float32) / 255.0
        for block in self.blocks:
            x = block(x, training=training)
        found = expected_coordinates(self.heat(x))
        rows, columns = tf.split(found, 2, axis=-1)  # [batch, objects] each
        seen = {}
        if self.whole is not None:
            seen[None] = self.whole(x, training=training)
        for index, (thing, look) in enumerate(
            zip(self.objects, self.looks, strict=True)
        ):
            # The centre of the view is learnt only from the positions.
            centre = tf.stop_gradient(
                tf.stack([rows[:, index], columns[:, index]], axis=-1)
            )
            seen[thing] = look(view(frames, centre), training=training)
        logits = [
            head(seen[self._object_of(factor)])
            for factor, head in zip(self.classes, self.heads, strict=True)
        ]
        return logits, self._places(rows, columns)

    def _object_of(self, factor: Factor) -> int | None:
        """The object of a class, or None for a class of the whole frame."""
        return factor.object if factor.object in self.objects else None

    def _places(self, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
        """Positions `[batch, places]`, or zeros if there are no places."""
        if not self.places:
            return tf.zeros_like(rows)
        found = tf.stack(
            [
                (columns if place.axis == "x" else rows)[
                    :, self.objects.index(place.object)
                ]
                for place in self.places
            ],
            axis=-1,
        )  # [batch, places]
        scale, shift = tf.unstack(self.affine)
        return scale * found + shift


def view(frames: tf.Tensor, centre: tf.Tensor) -> tf.Tensor:
    """Crops half of each frame's height and width around a point.

    Bilinear; pixels outside the frame are black.

    Args:
        frames: `[batch, height, width, channel]`.
        centre: row and column `[batch, 2]`, each in [-1, 1].

    Returns:
        `[batch, VIEW_SIZE, VIEW_SIZE, channel]`.
    """
    along_rows = _weights(frames.shape[1], centre[:, 0])
    along_columns = _weights(frames.shape[2], centre[:, 1])
    rows = tf.einsum("bvh,bhwc->bvwc", along_rows, frames)
    return tf.einsum("bvw,brwc->brvc", along_columns, rows)


def _weights(size: int, centre: tf.Tensor) -> tf.Tensor:
    """Weight of each pixel in the view, `[batch, VIEW_SIZE, size]`."""
    step = size / 2 / VIEW_SIZE
    offsets = step * (
        tf.range(VIEW_SIZE, dtype=tf.float32) - (VIEW_SIZE - 1) / 2
    )
    pixel = 0.5 * (centre + 1.0) * (size - 1)
    wanted = pixel[:, None] + offsets  # [batch, VIEW_SIZE]
    gap = wanted[:, :, None] - tf.range(size, dtype=tf.float32)
    reach = max(1.0, step)  # a pixel of the view is a mean of frame pixels
    return tf.nn.relu(1.0 - tf.abs(gap) / reach) / reach


def _classifier(*widths: int) -> keras.Sequential:
    return keras.Sequential(
        [
            *(_block(width, 2) for width in widths),
            keras.layers.Flatten(),
            keras.layers.Dense(256, activation="relu"),
        ]
    )


def _block(width: int, strides: int, size: int = 4) -> keras.Sequential:
    return keras.Sequential(
        [
            keras.layers.Conv2D(
                width, size, strides=strides, padding="same", use_bias=False
            ),
            keras.layers.BatchNormalization(momentum=0.95),
            keras.layers.ReLU(),
        ]
    )
