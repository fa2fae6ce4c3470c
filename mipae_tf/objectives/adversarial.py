"""The adversarial objective of DRNET: scene discriminator and entropy."""

import tensorflow as tf

from mipae_tf.objectives.mi_bounds import Bound
from mipae_tf.objectives.mi_bounds import js_critic_loss


def scene_discriminator_loss(same: tf.Tensor, other: tf.Tensor) -> tf.Tensor:
    """Binary cross-entropy of same-clip against other-clip pairs, in nats.

    Both classes have the weight one half (DRNET, arXiv 1705.10915, L_adv(C)).
    It is half the critic loss of MIPAE.

    Args:
        same: logits `[pairs]` of pairs of poses from one clip.
        other: logits `[pairs]` of pairs from two clips.
    """
    return 0.5 * js_critic_loss(same, other)


def entropy_penalty(same: tf.Tensor) -> tf.Tensor:
    """Penalty of the pose encoder if the discriminator is confident, in nats.

    Cross-entropy between a uniform distribution and the discriminator's
    prediction, on pairs of one clip only (DRNET, L_adv(E_p)). The minimum is
    log 2, at logit 0.

    Args:
        same: logits `[pairs]` of pairs of poses from one clip.
    """
    return tf.reduce_mean(tf.nn.softplus(same) - 0.5 * same)


# In the form of `BOUNDS`: DRNET differs from MIPAE only in these functions.
SCENE_DISCRIMINATOR = Bound(
    critic_loss=scene_discriminator_loss,
    penalty=lambda same, other: entropy_penalty(same),
)
