"""The representation stage of MIPAE and DRNET: critic and encoders in turn."""

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.data.frame_plan import FramePlan
from mipae_tf.data.frame_plan import PublishedPairs
from mipae_tf.models.base import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.frame_wise import per_frame
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.networks.replicas import of_all_replicas
from mipae_tf.networks.replicas import replica_place
from mipae_tf.objectives.pairs import derangement
from mipae_tf.objectives.pairs import permutation
from mipae_tf.objectives.reconstruction import reconstruction_error


class PoseContentStage(Stage):
    """Trains E_c, E_p and D against a critic on pairs of poses.

    Of every clip come frames x_a, x_b for content and x_1, ..., x_K for pose
    (as published, x_b is x_1). The first `poses_per_clip` poses are decoded
    with the content of x_a or, where `contents` is 2, with those of x_a and
    x_b in turn. A joint pair is a pose and the pose after it in this list.

    One step: the critic learns on detached poses, then E_c, E_p and D minimize
    the loss below through the critic as it is then.

        loss = error(D(E_c(x_a), E_p(x_k)), x_k)
             + similarity_weight mean (E_c(x_a) - E_c(x_b))^2
             + penalty_weight penalty(joint, marginal)

    With one content the similarity's gradient reaches E_c through x_a alone.

    Subclasses write `critic_loss` and `penalty`, the two lines in which MIPAE
    and DRNET differ.

    Args:
        content_encoder: E_c.
        pose_encoder: E_p.
        decoder: D.
        critic: scores pairs of poses, `(first, second) -> [pairs]`.
        penalty_weight: weight of `penalty`.
        config: the model's hyper-parameters.
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
            "poses hardly differ: the pose encoder has collapsed, and a "
            "weaker penalty or a lower rate may keep it alive",
        ),
        "critic_spread": (
            1e-4,
            "the critic gives all pairs the same score: it has collapsed, "
            "and the penalty says nothing",
        ),
    }

    def __init__(
        self,
        content_encoder: keras.layers.Layer,
        pose_encoder: keras.layers.Layer,
        decoder: keras.layers.Layer,
        critic: keras.layers.Layer,
        penalty_weight: float,
        config,
        seed: int,
    ) -> None:
        super().__init__(
            frame_plan(config),
            seed,
            config.representation_steps,
            name="representation",
        )
        self.content_encoder = content_encoder
        self.pose_encoder = pose_encoder
        self.decoder = decoder
        self.critic = critic
        self.penalty_weight = penalty_weight
        # Skip maps are those of one frame, and so must its content be.
        self.contents = 1 if decoder.skips else config.contents
        self.config = config
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
            [content_encoder, pose_encoder, decoder], autoencoder
        )
        adversary = make_adam(
            config.critic_learning_rate,
            beta_1=0.5,
            epsilon=config.adam_epsilon,
        )
        self._minimize_critic = self.add_optimizer([critic], adversary)

    @property
    def all_pairs(self) -> bool:
        """Whether the marginals are all pairs of clips instead of one each."""
        return False

    def critic_loss(self, joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
        """What the critic minimises, given its scores of the pairs."""
        raise NotImplementedError

    def penalty(self, joint: tf.Tensor, marginal: tf.Tensor) -> tf.Tensor:
        """What the pose encoder minimises, given the critic's scores."""
        raise NotImplementedError

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; uint8 `[clips, frames, H, W, C]`."""
        fresh, frames = self._roles(to_float(batch))
        losses = {}
        if fresh is not None:
            poses = self._encode(self.pose_encoder, fresh, training=True)
            losses.update(self._train_critic(poses, salt=0))
        with tf.GradientTape() as tape:
            terms, poses = self._autoencode(frames, training=True)
            if fresh is None:
                with tape.stop_recording():
                    losses.update(self._train_critic(poses, salt=0))
            joint, marginal = self._scores(poses, salt=1)
            terms["penalty"] = self.penalty(joint, marginal)
            loss = self._total(terms)
        norm = self._minimize(tape, loss)
        return {
            "loss": loss,
            **terms,
            **losses,
            "pose_spread": spread(tf.reshape(poses, [-1, poses.shape[-1]])),
            "gradient_norm": norm,
        }

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """Reconstruction and similarity; the penalty needs an opponent."""
        _, frames = self._roles(to_float(batch))
        terms, _ = self._autoencode(frames, training=False)
        return {"loss": self._total(terms), **terms}

    def _roles(self, frames: tf.Tensor) -> tuple[tf.Tensor | None, tf.Tensor]:
        """The critic's own frames, if it has any, and everybody else's."""
        if self.config.sampling == "distinct":
            return None, frames
        critic_half, own_half = tf.split(frames, 2)
        return critic_half[:, :2], own_half

    def _autoencode(self, frames: tf.Tensor, training: bool):
        """The terms without an adversary, and the poses `[clips, K, dim]`."""
        config = self.config
        moving = frames[:, self._first_pose :]
        contents, skips = self._contents(frames[:, :2], training)
        count = config.poses_per_clip
        poses = self._encode(self.pose_encoder, moving, training, count)
        turns = [k % self.contents for k in range(count)]
        logits = draw_logits(
            self.decoder,
            tf.gather(contents, turns, axis=1),  # [clips, count, dim]
            poses[:, :count],
            skips,
            training,
        )
        other = contents[:, 1]
        if self.contents == 1:
            other = tf.stop_gradient(other)
        terms = {
            "reconstruction": reconstruction_error(
                config.reconstruction, logits, moving[:, :count]
            ),
            "similarity": tf.reduce_mean(tf.square(contents[:, 0] - other)),
        }
        return terms, poses

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

    def _total(self, terms: Losses) -> tf.Tensor:
        return (
            terms["reconstruction"]
            + self.config.similarity_weight * terms["similarity"]
            + self.penalty_weight * terms.get("penalty", 0.0)
        )

    def _train_critic(self, poses: tf.Tensor, salt: int) -> Losses:
        poses = tf.stop_gradient(poses)
        with tf.GradientTape() as tape:
            joint, marginal = self._scores(poses, salt)
            loss = self.critic_loss(joint, marginal)
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

    def _scores(self, poses: tf.Tensor, salt: int):
        """The critic's logits of joint pairs and of marginal pairs.

        The gradient reaches the pose encoder through the first pose alone.

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
        if self.all_pairs:
            own_first = tf.roll(others, -own, axis=0)
            rows = tf.repeat(first[:, None], tf.shape(others)[0], axis=1)
            columns = tf.repeat(own_first[None], clips, axis=0)
            return joint, self.critic(rows, columns)
        partner = self._partners(tf.shape(others)[0], salt)[own : own + clips]
        return joint, self.critic(first, tf.gather(others, partner))

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


def frame_plan(config) -> FramePlan:
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


def draw_logits(
    decoder: keras.layers.Layer,
    contents: tf.Tensor,
    poses: tf.Tensor,
    skips: list[tf.Tensor] | None,
    training: bool,
) -> tf.Tensor:
    """D(content, pose) of every frame of a clip, before the sigmoid.

    Args:
        decoder: takes codes `[batch, content_dim + pose_dim]`.
        contents: `[batch, poses, content_dim]`.
        poses: `[batch, poses, pose_dim]`.
        skips: maps of the content frame, `[batch, ...]` each, or None.
        training: as Keras means it.

    Returns:
        float32 `[batch, poses, height, width, channel]`.
    """
    if skips is not None:
        count = tf.shape(poses)[1]
        skips = [tf.repeat(maps, count, axis=0) for maps in skips]
    codes = tf.concat([contents, poses], axis=-1)
    return fold_time(decoder.logits, codes, skips=skips, training=training)
