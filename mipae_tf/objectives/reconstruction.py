"""Reconstruction errors of frames."""

import keras
import tensorflow as tf


def reconstruction_error(
    kind: str, logits: tf.Tensor, frames: tf.Tensor
) -> tf.Tensor:
    """Mean error over all pixels.

    Args:
        kind: 'mse', the mean squared error of sigmoid(logits); or 'bce', the
            cross-entropy in nats with pixels as probabilities, whose gradient
            does not vanish where the sigmoid is saturated and wrong.
        logits: predicted frames before the sigmoid.
        frames: true frames in [0, 1], same shape.
    """
    if kind == "mse":
        return tf.reduce_mean(tf.square(tf.sigmoid(logits) - frames))
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=frames, logits=logits)
    )


def frame_error(
    kind: str, predicted: tf.Tensor, frames: tf.Tensor
) -> tf.Tensor:
    """`reconstruction_error` of frames that are not a sigmoid of logits.

    Args:
        kind: as in `reconstruction_error`.
        predicted: predicted frames in [0, 1].
        frames: true frames in [0, 1], same shape.
    """
    if kind == "mse":
        return tf.reduce_mean(tf.square(predicted - frames))
    # The clipping of Keras keeps the logarithms finite.
    return tf.reduce_mean(keras.losses.binary_crossentropy(frames, predicted))
