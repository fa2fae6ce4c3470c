"""The adversary of DRNET: a scene discriminator and its maximum entropy."""

import tensorflow as tf

from mipae_tf.objectives.mi_bounds import Bound
from mipae_tf.objectives.mi_bounds import js_critic_loss


def scene_discriminator_loss(same: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy of pairs of one clip against pairs of two, in nats.

    The mean of the two halves, each weighing one half (DRNET, arXiv
    1705.10915, L_adv(C)). Up to that half it is the critic's loss of MIPAE.

    Args:
        same: logits `[pairs]` of pairs of poses from one clip.
        other: logits `[pairs]` of pairs from two clips.
    """
    return 0.5 * js_critic_loss(same, other)


def entropy_penalty(same: tf.Tensor) -> tf.Tensor:
    """What the pose encoder pays while its pairs can be told apart, in nats.

    Cross-entropy of the discriminator's belief with a fair coin, on pairs of
    one clip alone (DRNET, L_adv(E_p)); at least log 2, reached at logit 0.

    Args:
        same: logits `[pairs]` of pairs of poses from one clip.
    """
    return tf.reduce_mean(tf.nn.softplus(same) - 0.5 * same)


# As a row of `BOUNDS`: DRNET differs from MIPAE in these two functions alone.
SCENE_DISCRIMINATOR = Bound(
    critic_loss=scene_discriminator_loss,
    penalty=lambda same, other: entropy_penalty(same),
)
