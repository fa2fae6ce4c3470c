"""MIPAE: a mutual-information penalty on pairs of poses (arXiv 2011.08614)."""

import dataclasses

import tensorflow as tf

from mipae_tf.models.config import option
from mipae_tf.models.pose_content.model import PUBLISHED_PAIRS
from mipae_tf.models.pose_content.model import PoseContentConfig
from mipae_tf.models.pose_content.model import PoseContentModel
from mipae_tf.models.pose_content.representation_stage import PoseContentStage
from mipae_tf.networks.baselined_critic import BaselinedCritic
from mipae_tf.networks.critic import Critic
from mipae_tf.objectives.mi_bounds import BOUNDS
from mipae_tf.objectives.mi_bounds import Bound


@dataclasses.dataclass(frozen=True)
class MIPAEConfig(PoseContentConfig):
    """Hyper-parameters of MIPAE."""

    bound: str = option(
        "js",
        "What trains the critic and what the pose encoder pays; js is a JS "
        "critic and an NWJ penalty, as published.",
        choices=tuple(BOUNDS),
    )
    mi_weight: float = option(
        1e-3, "Weight of the mutual information of two poses, per nat.", low=0
    )

    PROTOCOLS = {
        "default": {},
        "published": {**PUBLISHED_PAIRS, "bound": "js", "mi_weight": 1e-4},
    }


class MIPAE(PoseContentModel):
    """Mutual Information Predictive Auto-Encoder.

    Eq. numbers are the poster's. Encoders and decoder minimise (eq. 1)

        reconstruction (4) + alpha similarity (3) + beta I(z_p^t; z_p^t+k) (6)

    against a critic that maximises the JS objective (2, 5) on pose pairs; an
    LSTM then predicts poses (7). With `sampling=published` a frame is drawn
    from its pose and the content of frame 0, which is what the authors' code
    does and eq. 4 does not say.
    """

    Config = MIPAEConfig

    def representation_stage(self) -> "MIPAEStage":
        """See `PoseContentModel.representation_stage`."""
        return MIPAEStage(
            self.content_encoder,
            self.pose_encoder,
            self.decoder,
            self.make_critic(),
            self.config.mi_weight,
            self.config,
            self.seed,
        )

    @property
    def critic_class(self) -> type[Critic]:
        """The TUBA bound learns a baseline beside its critic."""
        baseline = BOUNDS[self.config.bound].baseline
        return BaselinedCritic if baseline else Critic


class MIPAEStage(PoseContentStage):
    """The critic estimates a density ratio; the pose encoder shrinks it."""

    @property
    def bound(self) -> Bound:
        """The row of the table in `mi_bounds` that is in force."""
        return BOUNDS[self.config.bound]

    @property
    def all_pairs(self) -> bool:
        """See `PoseContentStage.all_pairs`."""
        return self.bound.all_pairs

    def critic_loss(self, joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
        """Eq. 2 and 5, negated."""
        return self.bound.critic_loss(joint, marginal)

    def penalty(self, joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
        """Eq. 6: the mutual information of two poses of a clip, in nats."""
        return self.bound.penalty(joint, marginal)
