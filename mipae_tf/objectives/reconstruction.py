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


def frame_errors(
    kind: str, predicted: tf.Tensor, frames: tf.Tensor
) -> tf.Tensor:
    """Mean error of each frame; the frames are not a sigmoid of logits.

    Args:
        kind: as in `reconstruction_error`.
        predicted: predicted frames in [0, 1], `[..., height, width, channel]`.
        frames: true frames in [0, 1], same shape.

    Returns:
        `[...]`.
    """
    if kind == "mse":
        errors = tf.square(predicted - frames)
    else:  # the clipping of Keras keeps the logarithms finite
        errors = keras.ops.binary_crossentropy(frames, predicted)
    return tf.reduce_mean(errors, axis=(-3, -2, -1))
