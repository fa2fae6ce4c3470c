"""The losses of MoCoGAN, in nats, and the L1 error of its encoder."""

import tensorflow as tf

from mipae_tf.objectives.mi_bounds import js_critic_loss


def discriminator_loss(real: tf.Tensor, fake: tf.Tensor) -> tf.Tensor:
    """E[-log σ(D(x))] + E[-log(1 - σ(D(x̂)))], minimized by D_I and D_V.

    It is 2 log 2 for a discriminator that cannot tell them apart.

    Args:
        real: logits of true frames or clips, of any shape.
        fake: logits of generated ones.
    """
    return js_critic_loss(real, fake)


def realism_loss(fake: tf.Tensor) -> tf.Tensor:
    """E[-log σ(D(x̂))], minimized by the generator (non-saturating form).

    Args:
        fake: logits of generated frames or clips, of any shape.
    """
    return tf.reduce_mean(tf.nn.softplus(-fake))


def category_loss(logits: tf.Tensor, category: tf.Tensor) -> tf.Tensor:
    """E[-log Q(c | x̂)], minimized by D_V and the generator (InfoGAN).

    Args:
        logits: of Q, `[clips, categories]`.
        category: one-hot, of the same shape.
    """
    return tf.reduce_mean(
        tf.nn.softmax_cross_entropy_with_logits(category, logits)
    )


def reconstruction_loss(drawn: tf.Tensor, frames: tf.Tensor) -> tf.Tensor:
    """Mean absolute error of context frames in [-1, 1], of the same shape."""
    return tf.reduce_mean(tf.abs(drawn - frames))
