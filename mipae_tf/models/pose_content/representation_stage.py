"""Eq. 1 to 6 of MIPAE: encoders and decoder against a critic on pose pairs.

The same stage trains DRNET: its scene discriminator is the critic, its two
adversarial losses stand in the place of eq. 5 and 6.

| MIPAE (poster)  | DRNET          | here                                   |
|-----------------|----------------|----------------------------------------|
| eq. 1, min      | L              | `encoder_losses`                       |
| eq. 2, max of 5 | L_adv(C)       | `critic_loss`                          |
| eq. 3, L_sim    | L_sim          | `similarity` of `encoder_losses`       |
| eq. 4, L_rec    | L_rec          | `reconstruction` of `encoder_losses`   |
| eq. 6, I        | L_adv(E_p)     | `penalty` of `encoder_losses`          |
| E_c, E_p, D, C  | E_c, E_p, D, C | `content_encoder`, `pose_encoder`,     |
|                 |                | `decoder`, `critic`                    |
| alpha           | alpha          | `similarity_weight`                    |
| beta            | beta           | `mi_weight`, `adversarial_weight`      |
"""

from typing import NamedTuple

import tensorflow as tf

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.data.frame_plan import FramePlan
from mipae_tf.data.frame_plan import PublishedPairs
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.frame_wise import per_frame
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.pose_content.config import PoseContentConfig
from mipae_tf.models.pose_content.network import PoseContentNetwork
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.networks.baselined_critic import BaselinedCritic
from mipae_tf.networks.critic import Critic
from mipae_tf.networks.replicas import of_all_replicas
from mipae_tf.networks.replicas import replica_place
from mipae_tf.objectives.pairs import derangement
from mipae_tf.objectives.pairs import permutation
from mipae_tf.objectives.reconstruction import reconstruction_error


class Codes(NamedTuple):
    """Codes of the frames of one step.

    Attributes:
        contents: of x_a and x_b, `[clips, 2, content_dim]`.
        poses: of x_1, ..., x_K, `[clips, K, pose_dim]`.
        skips: maps of x_a for the decoder, or None.
    """

    contents: tf.Tensor
    poses: tf.Tensor
    skips: list[tf.Tensor] | None


class RepresentationStage(Stage):
    """Trains E_c, E_p and D against a critic C on pairs of poses.

    Of every clip come frames x_a, x_b for content and x_1, ..., x_K for pose
    (as published, x_b is x_1). The first `poses_per_clip` poses are decoded
    with the content of x_a or, where `contents` is 2, with those of x_a and
    x_b in turn. A joint pair is a pose and the pose after it in this list.

    Each step first trains the critic on detached poses (`critic_loss`, eq. 2
    and 5), then E_c, E_p and D through the updated critic (`encoder_losses`,
    eq. 1).

    Args:
        network: E_c, E_p and D.
        config: hyper-parameters; `config.adversary` is where MIPAE and DRNET
            differ.
        seed: key of the random draws.
    """

    LOSSES = (
        "loss",
        "reconstruction",
        "similarity",
        "penalty",
        "critic",
        "critic_accuracy",
        "critic_spread",
        "pose_spread",
        "gradient_norm",
        "critic_gradient_norm",
    )
    FLOORS = {
        "pose_spread": (
            1e-3,
            "poses hardly differ: the pose encoder has collapsed. A weaker "
            "penalty or a lower learning rate may keep it alive",
        ),
        "critic_spread": (
            1e-4,
            "the critic gives all pairs the same score: it has collapsed, "
            "and the penalty means nothing",
        ),
    }

    def __init__(
        self, network: PoseContentNetwork, config: PoseContentConfig, seed: int
    ) -> None:
        super().__init__(
            frame_plan(config),
            seed,
            config.representation_steps,
            name="representation",
        )
        self.content_encoder = network.content_encoder
        self.pose_encoder = network.pose_encoder
        self.decoder = network.decoder
        self.critic = make_critic(config)
        # The method alone: the network would bring its LSTM to the stage.
        self.decode_logits = network.logits
        # Skip maps are those of one frame, and so must its content be.
        self.contents = 1 if network.uses_skips else config.contents
        self.config = config
        self.adversary = config.adversary
        autoencoder = make_adam(
            config.learning_rate,
            config.beta_1,
            config.beta_2,
            config.schedule,
            config.representation_steps,
            config.ema,
            config.adam_epsilon,
        )
        self._minimize = self.add_optimizer(
            [self.content_encoder, self.pose_encoder, self.decoder],
            autoencoder,
        )
        critic = make_adam(
            config.critic_learning_rate,
            beta_1=0.5,
            epsilon=config.adam_epsilon,
        )
        self._minimize_critic = self.add_optimizer([self.critic], critic)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; uint8 `[clips, frames, H, W, C]`."""
        fresh, frames = self._split(to_float(batch))
        losses = {}
        if fresh is not None:
            poses = self._encode(self.pose_encoder, fresh, training=True)
            losses.update(self._train_critic(poses))
        with tf.GradientTape() as tape:
            codes = self.codes(frames, training=True)
            if fresh is None:
                with tape.stop_recording():
                    losses.update(self._train_critic(codes.poses))
            terms = self.encoder_losses(codes, frames, training=True)
        norm = self._minimize(tape, terms["loss"])
        poses = tf.reshape(codes.poses, [-1, codes.poses.shape[-1]])
        return {
            **terms,
            **losses,
            "pose_spread": spread(poses),
            "gradient_norm": norm,
        }

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """Eq. 1 without its penalty, which needs a trained opponent."""
        _, frames = self._split(to_float(batch))
        codes = self.codes(frames, training=False)
        return self.encoder_losses(codes, frames, training=False)

    def encoder_losses(
        self, codes: Codes, frames: tf.Tensor, training: bool
    ) -> Losses:
        """Eq. 1: what E_c, E_p and D minimise, and its terms.

            L = L_rec + alpha L_sim + beta I(z_p^t; z_p^{t+k})

        Args:
            codes: of the frames.
            frames: float `[clips, frames, H, W, C]`.
            training: as Keras means it; the penalty is left out if false.
        """
        config = self.config
        # Eq. 3, L_sim: squared distance of two contents of a clip. Where
        # `contents` is 1, the gradient reaches E_c through x_a alone.
        own, other = codes.contents[:, 0], codes.contents[:, 1]
        if self.contents == 1:
            other = tf.stop_gradient(other)
        similarity = tf.reduce_mean(tf.square(own - other))
        # Eq. 4, L_rec: error of D(E_c(x_a), E_p(x_k)) against x_k.
        count = config.poses_per_clip
        turns = [k % self.contents for k in range(count)]
        logits = self.decode_logits(
            tf.gather(codes.contents, turns, axis=1),  # [clips, count, dim]
            codes.poses[:, :count],
            codes.skips,
            training,
        )
        targets = frames[:, self._first_pose :][:, :count]
        reconstruction = reconstruction_error(
            config.reconstruction, logits, targets
        )
        terms = {"reconstruction": reconstruction, "similarity": similarity}
        loss = reconstruction + config.similarity_weight * similarity
        if training:
            # Eq. 6, I: what C finds in the poses of a clip, in nats.
            joint, marginal = self.scores(codes.poses, salt=1)
            terms["penalty"] = self.adversary.penalty(joint, marginal)
            loss = loss + config.penalty_weight * terms["penalty"]
        return {"loss": loss, **terms}

    def critic_loss(
        self, poses: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Eq. 2 and 5: what C minimises, which is -L_C, and its scores.

        Args:
            poses: `[clips, K, pose_dim]`; they receive no gradient.

        Returns:
            The loss, and the scores of joint and of marginal pairs.
        """
        joint, marginal = self.scores(tf.stop_gradient(poses), salt=0)
        return self.adversary.critic_loss(joint, marginal), joint, marginal

    def scores(self, poses: tf.Tensor, salt: int):
        """The critic's logits of joint pairs and of marginal pairs.

        The gradient reaches the pose encoder through the first pose alone.

        Args:
            poses: `[clips, K, pose_dim]`.
            salt: which of the step's draws pairs the clips.

        Returns:
            `[clips, count]` each; where all pairs are wanted, the second is
            `[clips, all clips, count]` with the joint scores on its diagonal.
        """
        count = self.config.poses_per_clip
        first = poses[:, :count]  # [clips, count, dim]
        second = tf.stop_gradient(tf.roll(poses, -1, axis=1)[:, :count])
        joint = self.critic(first, second)
        clips = tf.shape(poses)[0]
        others, own = self._clips_for_marginals(second)
        if self.adversary.all_pairs:
            own_first = tf.roll(others, -own, axis=0)
            rows = tf.repeat(first[:, None], tf.shape(others)[0], axis=1)
            columns = tf.repeat(own_first[None], clips, axis=0)
            return joint, self.critic(rows, columns)
        partner = self._partners(tf.shape(others)[0], salt)[own : own + clips]
        return joint, self.critic(first, tf.gather(others, partner))

    def codes(self, frames: tf.Tensor, training: bool) -> Codes:
        """Contents of the first two frames, poses of those from `_first_pose`.

        Args:
            frames: float `[clips, frames, H, W, C]`.
            training: as Keras means it.
        """
        contents, skips = self._contents(frames[:, :2], training)
        poses = self._encode(
            self.pose_encoder,
            frames[:, self._first_pose :],
            training,
            self.config.poses_per_clip,
        )
        return Codes(contents, poses, skips)

    def _split(self, frames: tf.Tensor) -> tuple[tf.Tensor | None, tf.Tensor]:
        """The critic's own frames, if it has any, and those of eq. 1."""
        if self.config.sampling == "distinct":
            return None, frames
        critic_half, own_half = tf.split(frames, 2)
        return critic_half[:, :2], own_half

    @property
    def _first_pose(self) -> int:
        """Where the pose frames begin."""
        return 1 if self.config.sampling == "published" else 2

    def _contents(self, frames: tf.Tensor, training: bool):
        """Contents `[clips, 2, dim]`, skip maps of the first frame or None."""
        if not self.decoder.skips:
            encoder, learnt = self.content_encoder, self.contents
            return self._encode(encoder, frames, training, learnt), None
        first, skips = self.content_encoder.with_skips(
            frames[:, 0], training=training
        )
        second = self.content_encoder(frames[:, 1], training=training)
        return tf.stack([first, tf.stop_gradient(second)], axis=1), skips

    def _encode(
        self, encoder, frames: tf.Tensor, training: bool, learnt: int = 0
    ) -> tf.Tensor:
        """Codes of all frames; the loss sees the gradient of `learnt` alone."""
        if self.config.sampling == "published":
            return per_frame(encoder, frames, learnt, training=training)
        return fold_time(encoder, frames, training=training)

    def _train_critic(self, poses: tf.Tensor) -> Losses:
        with tf.GradientTape() as tape:
            loss, joint, marginal = self.critic_loss(poses)
        norm = self._minimize_critic(tape, loss)
        hits = tf.reduce_mean(tf.cast(joint > 0.0, tf.float32))
        rejections = tf.reduce_mean(tf.cast(marginal < 0.0, tf.float32))
        scores = [tf.reshape(x, [-1, 1]) for x in (joint, marginal)]
        return {
            "critic": loss,
            "critic_accuracy": 0.5 * (hits + rejections),
            "critic_spread": spread(tf.concat(scores, axis=0)),
            "critic_gradient_norm": norm,
        }

    def _clips_for_marginals(self, second: tf.Tensor):
        """Poses of the clips to choose from, and where this replica's begin."""
        if self.config.marginals == "replica":
            return second, 0
        return of_all_replicas(second), tf.shape(second)[0] * replica_place()[0]

    def _partners(self, clips: tf.Tensor, salt: int) -> tf.Tensor:
        alike = self.config.negatives == "permutation"
        draw = permutation if alike else derangement
        shared = self.config.marginals == "global"
        key = self.shared_key(salt) if shared else self.draw_key(salt)
        return draw(clips, key)


def make_critic(config: PoseContentConfig) -> Critic:
    """A critic over pairs of poses; the TUBA bound learns a baseline too."""
    baseline = config.adversary.baseline
    critic_class = BaselinedCritic if baseline else Critic
    critic = critic_class(hidden_dim=config.critic_dim)
    critic.build((None, config.pose_dim))
    return critic


def frame_plan(config: PoseContentConfig) -> FramePlan:
    """The frames that a step of this stage takes of each clip."""
    if config.sampling == "published":
        frames = config.context + config.train_horizon
        return PublishedPairs(config.batch_size, frames)
    # A pair needs two poses even where only one is decoded.
    poses = max(2, config.poses_per_clip)
    return DistinctFrames(config.batch_size, 2 + poses)


def spread(rows: tf.Tensor) -> tf.Tensor:
    """Standard deviation over rows `[rows, dim]`, the mean over dimensions."""
    variance = tf.math.reduce_variance(rows, axis=0)  # [dim]
    return tf.reduce_mean(tf.sqrt(variance))
