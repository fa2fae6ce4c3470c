"""How far a drawn frame is from the true one."""

import tensorflow as tf


def reconstruction_error(
    kind: str, logits: tf.Tensor, frames: tf.Tensor
) -> tf.Tensor:
    """Mean error over all pixels.

    Args:
        kind: 'mse', the mean squared error of sigmoid(logits); or 'bce', the
            cross-entropy in nats of pixels taken as probabilities, whose
            gradient does not vanish where the sigmoid is sure and wrong.
        logits: drawn frames before the sigmoid.
        frames: true frames in [0, 1], same shape.
    """
    if kind == "mse":
        return tf.reduce_mean(tf.square(tf.sigmoid(logits) - frames))
    return tf.reduce_mean(
        tf.nn.sigmoid_cross_entropy_with_logits(labels=frames, logits=logits)
    )
