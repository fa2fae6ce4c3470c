"""Eq. 1 to 6 of MIPAE: adversarial training of the autoencoder and a critic.

The same stage trains DRNET: its scene discriminator is the critic, and its two
adversarial losses replace eq. 5 and 6.

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
from mipae_tf.models.optimizers import make_first_adam
from mipae_tf.models.pose_content.config import PoseContentConfig
from mipae_tf.models.pose_content.network import PoseContentNetwork
from mipae_tf.models.pose_content.network import Reference
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.networks.baselined_critic import BaselinedCritic
from mipae_tf.networks.critic import Critic
from mipae_tf.networks.replicas import of_all_replicas
from mipae_tf.networks.replicas import replica_place
from mipae_tf.objectives.pairs import derangement
from mipae_tf.objectives.pairs import permutation


class Codes(NamedTuple):
    """Codes of the frames of one step.

    Attributes:
        contents: content codes of x_a and x_b, `[clips, 2, content_dim]`.
        poses: pose codes of x_1, ..., x_K, `[clips, K, pose_dim]`.
        reference: what the decoder is given of x_a beside its content.
    """

    contents: tf.Tensor
    poses: tf.Tensor
    reference: Reference


class RepresentationStage(Stage):
    """Trains E_c, E_p and D against a critic C on pairs of poses.

    Each clip gives frames x_a, x_b for content and x_1, ..., x_K for pose (in
    the published sampling, x_b is x_1). The first `poses_per_clip` poses are
    decoded with the content of x_a or, if `contents` is 2, with those of x_a
    and x_b in turn. A joint pair is a pose and the next one in this list.

    Each step first trains the critic on poses without gradient (`critic_loss`,
    eq. 2 and 5), then E_c, E_p and D with the updated critic
    (`encoder_losses`, eq. 1).

    Args:
        network: E_c, E_p and D.
        config: hyper-parameters of the model; MIPAE and DRNET differ in
            `config.adversary`.
        seed: seed of the random draws.
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
            "all poses are nearly equal, so the pose encoder has collapsed; a "
            "smaller penalty weight or learning rate may prevent this",
        ),
        "critic_spread": (
            1e-4,
            "the critic gives all pairs nearly the same score, so it has "
            "collapsed and the penalty has no meaning",
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
        # Only the methods: with the network, the stage would track its LSTM.
        self.reconstruction_error = network.error
        self.reference = network.reference
        self.uses_content_frame = network.uses_content_frame
        # If the decoder uses one frame, the content must be of that frame.
        self.contents = 1 if self.uses_content_frame else config.contents
        self.config = config
        self.adversary = config.adversary
        autoencoder = make_first_adam(config, config.representation_steps)
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
        """See `Stage.update`; takes uint8 `[clips, frames, H, W, C]`."""
        frames = self.config.augmented(to_float(batch), self.draw_key(2))
        fresh, frames = self._split(frames)
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
        """Eq. 1 without the penalty, which depends on the critic."""
        _, frames = self._split(to_float(batch))
        codes = self.codes(frames, training=False)
        return self.encoder_losses(codes, frames, training=False)

    def encoder_losses(
        self, codes: Codes, frames: tf.Tensor, training: bool
    ) -> Losses:
        """Eq. 1: the loss of E_c, E_p and D, and its terms.

            L = L_rec + alpha L_sim + beta I(z_p^t; z_p^{t+k})

        Args:
            codes: codes of the frames.
            frames: float `[clips, frames, H, W, C]`.
            training: whether networks run in training mode; if false, the
                penalty is omitted.
        """
        config = self.config
        # Eq. 3, L_sim: squared distance of two contents of a clip. If
        # `contents` is 1, only the content of x_a has a gradient.
        own, other = codes.contents[:, 0], codes.contents[:, 1]
        if self.contents == 1:
            other = tf.stop_gradient(other)
        similarity = tf.reduce_mean(tf.square(own - other))
        # Eq. 4, L_rec: error of D(E_c(x_a), E_p(x_k)) against x_k.
        count = config.poses_per_clip
        turns = [k % self.contents for k in range(count)]
        reconstruction = self.reconstruction_error(
            config.reconstruction,
            codes.poses[:, :count],
            codes.reference,
            frames[:, self._first_pose :][:, :count],
            tf.gather(codes.contents, turns, axis=1),  # [clips, count, dim]
            training,
        )
        terms = {"reconstruction": reconstruction, "similarity": similarity}
        loss = reconstruction + config.similarity_weight * similarity
        if training:
            # Eq. 6, I: estimate by C of the mutual information, in nats.
            joint, marginal = self.scores(codes.poses, salt=1)
            terms["penalty"] = self.adversary.penalty(joint, marginal)
            loss = loss + config.penalty_weight * terms["penalty"]
        return {"loss": loss, **terms}

    def critic_loss(
        self, poses: tf.Tensor
    ) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
        """Eq. 2 and 5: the loss of C, which is -L_C, and its scores.

        Args:
            poses: `[clips, K, pose_dim]`; they receive no gradient.

        Returns:
            The loss, and the scores of joint and marginal pairs.
        """
        joint, marginal = self.scores(tf.stop_gradient(poses), salt=0)
        return self.adversary.critic_loss(joint, marginal), joint, marginal

    def scores(self, poses: tf.Tensor, salt: int):
        """Scores of the critic (logits) for joint and marginal pairs.

        Only the first pose of a pair has a gradient.

        Args:
            poses: `[clips, K, pose_dim]`.
            salt: index of the random draw in the step that pairs the clips.

        Returns:
            `[clips, count]` each. If the bound uses all pairs, the second is
            `[clips, all clips, count]`, with the joint scores on the diagonal.
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
        """Encodes the content frames (the first two) and the pose frames.

        Args:
            frames: float `[clips, frames, H, W, C]`.
            training: whether the encoders run in training mode.
        """
        contents, reference = self._contents(frames[:, :2], training)
        poses = self._encode(
            self.pose_encoder,
            frames[:, self._first_pose :],
            training,
            self.config.poses_per_clip,
        )
        return Codes(contents, poses, reference)

    def _split(self, frames: tf.Tensor) -> tuple[tf.Tensor | None, tf.Tensor]:
        """Separate frames of the critic, or None, and the frames of eq. 1."""
        if self.config.sampling == "distinct":
            return None, frames
        critic_half, own_half = tf.split(frames, 2)
        return critic_half[:, :2], own_half

    @property
    def _first_pose(self) -> int:
        """Index of the first pose frame."""
        return 1 if self.config.sampling == "published" else 2

    def _contents(self, frames: tf.Tensor, training: bool):
        """Contents `[clips, 2, dim]`, and the reference of frame 0."""
        if not self.uses_content_frame:
            encoder, trained = self.content_encoder, self.contents
            contents = self._encode(encoder, frames, training, trained)
            return contents, Reference()
        reference = self.reference(frames[:, 0], training)
        second = self.content_encoder(frames[:, 1], training=training)
        contents = [reference.content, tf.stop_gradient(second)]
        return tf.stack(contents, axis=1), reference

    def _encode(
        self, encoder, frames: tf.Tensor, training: bool, trained: int = 0
    ) -> tf.Tensor:
        """Encodes all frames; only the first `trained` need a gradient."""
        if self.config.sampling == "published":
            return per_frame(encoder, frames, trained, training=training)
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
        """Candidate second poses, and the index of this replica's first."""
        if self.config.marginals == "replica":
            return second, 0
        return of_all_replicas(second), tf.shape(second)[0] * replica_place()[0]

    def _partners(self, clips: tf.Tensor, salt: int) -> tf.Tensor:
        permuted = self.config.negatives == "permutation"
        draw = permutation if permuted else derangement
        shared = self.config.marginals == "global"
        key = self.shared_key(salt) if shared else self.draw_key(salt)
        return draw(clips, key)


def make_critic(config: PoseContentConfig) -> Critic:
    """A critic for pairs of poses; for TUBA, with a learned baseline."""
    baseline = config.adversary.baseline
    critic_class = BaselinedCritic if baseline else Critic
    critic = critic_class(hidden_dim=config.critic_dim)
    critic.build((None, config.pose_dim))
    return critic


def frame_plan(config: PoseContentConfig) -> FramePlan:
    """Which frames of each clip a step of this stage uses."""
    if config.sampling == "published":
        frames = config.context + config.train_horizon
        return PublishedPairs(config.batch_size, frames)
    # A pair needs two poses even if only one is decoded.
    poses = max(2, config.poses_per_clip)
    return DistinctFrames(config.batch_size, 2 + poses)


def spread(rows: tf.Tensor) -> tf.Tensor:
    """Mean over dimensions of the standard deviation over `[rows, dim]`."""
    variance = tf.math.reduce_variance(rows, axis=0)  # [dim]
    return tf.reduce_mean(tf.sqrt(variance))
