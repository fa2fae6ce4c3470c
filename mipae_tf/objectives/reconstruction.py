"""Reconstruction errors of frames."""

import keras
import tensorflow as tf

FRAME = (-3, -2, -1)  # the axes of one frame


def reconstruction_error(
    kind: str,
    logits: tf.Tensor,
    frames: tf.Tensor,
    axis: tuple[int, ...] | None = None,
) -> tf.Tensor:
    """Mean error over pixels.

    Args:
        kind: 'mse', the mean squared error of sigmoid(logits); or 'bce', the
            cross-entropy in nats with pixels as probabilities, whose gradient
            does not vanish where the sigmoid is saturated and wrong.
        logits: predicted frames before the sigmoid.
        frames: true frames in [0, 1], same shape.
        axis: axes of the mean, such as `FRAME`; None for all of them.
    """
    if kind == "mse":
        return tf.reduce_mean(tf.square(tf.sigmoid(logits) - frames), axis)
    errors = tf.nn.sigmoid_cross_entropy_with_logits(
        labels=frames, logits=logits
    )
    return tf.reduce_mean(errors, axis)


def frame_error(
    kind: str,
    predicted: tf.Tensor,
    frames: tf.Tensor,
    axis: tuple[int, ...] | None = None,
) -> tf.Tensor:
    """`reconstruction_error` of frames that are not a sigmoid of logits.

    Args:
        kind: as in `reconstruction_error`.
        predicted: predicted frames in [0, 1].
        frames: true frames in [0, 1], same shape.
        axis: as in `reconstruction_error`.
    """
    if kind == "mse":
        return tf.reduce_mean(tf.square(predicted - frames), axis)
    # The clipping of Keras keeps the logarithms finite; it takes the mean over
    # the last axis.
    errors = keras.losses.binary_crossentropy(
        frames[..., None], predicted[..., None]
    )
    return tf.reduce_mean(errors, axis)
