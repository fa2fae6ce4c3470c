"""DRNET: a scene discriminator that poses must leave undecided (1705.10915)."""

import dataclasses

import tensorflow as tf

from mipae_tf.models.config import option
from mipae_tf.models.pose_content.model import PUBLISHED_PAIRS
from mipae_tf.models.pose_content.model import PoseContentConfig
from mipae_tf.models.pose_content.model import PoseContentModel
from mipae_tf.models.pose_content.representation_stage import PoseContentStage
from mipae_tf.objectives.adversarial import entropy_penalty
from mipae_tf.objectives.adversarial import scene_discriminator_loss


@dataclasses.dataclass(frozen=True)
class DRNETConfig(PoseContentConfig):
    """Hyper-parameters of DRNET."""

    adversarial_weight: float = option(
        1e-3, "Weight of the pose encoder's entropy term, per nat.", low=0
    )

    # The DRNET of MIPAE's tables: the same code with the entropy term. The
    # DRNET paper has 100 hidden units, unit-length codes and weight 0.1.
    PROTOCOLS = {
        "default": {},
        "published": {**PUBLISHED_PAIRS, "adversarial_weight": 1e-4},
    }


class DRNET(PoseContentModel):
    """Disentangled Representation Network.

    Encoders and decoder minimise reconstruction + alpha similarity + beta
    times the cross-entropy of the discriminator's belief with a fair coin, on
    pairs of poses of one clip; the discriminator tells such pairs from pairs
    of two clips.
    """

    Config = DRNETConfig

    def representation_stage(self) -> "DRNETStage":
        """See `PoseContentModel.representation_stage`."""
        return DRNETStage(
            self.content_encoder,
            self.pose_encoder,
            self.decoder,
            self.make_critic(),
            self.config.adversarial_weight,
            self.config,
            self.seed,
        )


class DRNETStage(PoseContentStage):
    """The critic is a discriminator; the pose encoder maximises its doubt."""

    def critic_loss(self, joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
        """L_adv(C): same clip or not."""
        return scene_discriminator_loss(joint, marginal)

    def penalty(self, joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
        """L_adv(E_p); pairs of two clips have no part in it."""
        return entropy_penalty(joint)
