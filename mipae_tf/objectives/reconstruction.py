"""Reconstruction errors of frames."""

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
