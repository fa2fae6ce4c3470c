"""The image auto-encoder: eq. 1 to 8 on pairs of frames of a clip."""

from typing import NamedTuple

import keras
import tensorflow as tf

from mipae_tf.models.frame_values import to_float
from mipae_tf.models.hierarchical_objects import losses
from mipae_tf.models.hierarchical_objects import scene
from mipae_tf.models.hierarchical_objects.discriminators import (
    FrameDiscriminator,
)
from mipae_tf.models.hierarchical_objects.network import Found
from mipae_tf.models.hierarchical_objects.network import HierarchicalNetwork
from mipae_tf.models.hierarchical_objects.network import Layers
from mipae_tf.models.hierarchical_objects.pairs import BackgroundPass
from mipae_tf.models.hierarchical_objects.pairs import DistantPairs
from mipae_tf.models.hierarchical_objects.pairs import background_terms
from mipae_tf.models.hierarchical_objects.pairs import draw_noise
from mipae_tf.models.hierarchical_objects.pairs import flat_pairs
from mipae_tf.models.hierarchical_objects.pairs import other_of_pair
from mipae_tf.models.hierarchical_objects.pairs import pass_background
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.optimizers import make_first_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.networks.critic import Critic
from mipae_tf.networks.replicas import of_all_replicas
from mipae_tf.networks.replicas import replica_place

DISCRIMINATOR_RATE = 1e-4  # of Adam
AREA_RAMP = 0.1  # share of the training in which the price of pixels rises
# Standard deviations of a pixel from which on the background is wrong.
WRONG = 3.0


class Pass(NamedTuple):
    """One pass over pairs; the first axis is that of frames, `[2·clips]`.

    Attributes:
        background: the background, decoded from the other frame.
        found: objects of each frame.
        pose: z_p, drawn from its posterior.
        distances: ‖z_c^i - z'_c^j‖², `[2·clips, objects i, objects j]`.
        match: j of each object i, `[2·clips, objects]`.
        layers: objects, drawn with partly swapped contents.
        present: whether an object has a mask, `[2·clips, objects]`.
        drawn: x̂, `[2·clips, height, width, channel]`.
    """

    background: BackgroundPass
    found: Found
    pose: tf.Tensor
    distances: tf.Tensor
    match: tf.Tensor
    layers: Layers
    present: tf.Tensor
    drawn: tf.Tensor


class ObjectStage(Stage):
    """Trains background, detector and objects, and their discriminators.

    Args:
        network: the networks; the LSTM of the poses is not trained.
        config: a `HierarchicalObjectsConfig`.
        frame_shape: (height, width, channel).
        seed: seed of the random draws.
    """

    LOSSES = (
        "loss",
        "reconstruction",
        "similarity",
        "kl_background",
        "kl_objects",
        "triplet",
        "mask",
        "area",
        "explained",
        "present",
        "absent",
        "foreground",
        "gradient_norm",
    )

    def __init__(
        self,
        network: HierarchicalNetwork,
        config,
        frame_shape: tuple[int, int, int],
        seed: int,
    ) -> None:
        super().__init__(
            DistantPairs(config.batch_size, distance=config.frame_distance),
            seed,
            config.object_steps,
            name="objects",
        )
        self.config = config
        self.background = network.background
        self.detector = network.detector
        self.objects = network.objects
        # Only the methods: with the network, the stage would track its LSTM.
        self._find, self._draw = network.find, network.draw
        self._merge = network.merge
        trained = [self.background, self.detector, self.objects]
        self._minimize = self.add_optimizer(
            trained,
            make_first_adam(config, config.object_steps),
            config.clip_norm,
        )
        if config.adversarial:
            self.LOSSES += ("pose", "pose_discriminator")
            self.pose_discriminator = Critic(config.discriminator_dim)
            self.pose_discriminator.build((None, config.pose_dim))
            self._train_pose = self._add_discriminator(self.pose_discriminator)
        if config.gan_weight:
            self.LOSSES += ("realism", "frame_discriminator", "penalty")
            self.frame_discriminator = FrameDiscriminator(
                frame_shape[0], frame_shape[-1], config.width
            )
            self._train_frame = self._add_discriminator(
                self.frame_discriminator
            )
        self.means = [keras.metrics.Mean(name) for name in self.LOSSES]

    def _add_discriminator(self, network: keras.layers.Layer):
        optimizer = make_adam(
            DISCRIMINATOR_RATE,
            beta_1=0.5,
            epsilon=self.config.adam_epsilon,
        )
        return self.add_optimizer([network], optimizer)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; takes uint8 `[clips, 2, H, W, C]`."""
        config = self.config
        pairs = config.augmented(to_float(batch), self.draw_key(3))
        progress = tf.cast(self.step, tf.float32) / max(1, config.object_steps)
        with tf.GradientTape() as tape:
            made = self.run(pairs, progress, self.shared_key(0), True)
            terms = self.terms(pairs, made, progress)
            if config.adversarial:
                terms["pose"] = self.pose_term(made)
                terms["loss"] += config.pose_weight * terms["pose"]
            if config.gan_weight:
                terms["realism"] = self.realism_term(made)
                terms["loss"] += config.gan_weight * terms["realism"]
        terms["gradient_norm"] = self._minimize(tape, terms["loss"])
        if config.adversarial:
            with tf.GradientTape() as tape:
                loss = self.pose_discriminator_loss(made)
            self._train_pose(tape, loss)
            terms["pose_discriminator"] = loss
        if config.gan_weight:
            with tf.GradientTape() as tape:
                found = self.frame_discriminator_losses(pairs, made)
                loss = sum(found.values())
            self._train_frame(tape, loss)
            terms |= found
        return terms

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The terms at the end of the training, with means of the codes.

        Without what depends on discriminators, and with α = 0.
        """
        pairs, last = to_float(batch), tf.constant(1.0)
        made = self.run(pairs, tf.constant(0.0), None, training=False)
        return self.terms(pairs, made, last)

    def run(
        self,
        pairs: tf.Tensor,
        progress: tf.Tensor,
        key: tf.Tensor | None,
        training: bool,
    ) -> Pass:
        """One pass: background, objects, eq. 1 (match), 2 (mix), 3 (merge).

        Args:
            pairs: float `[clips, 2, height, width, channel]`.
            progress: e / E, the share of the training that is over.
            key: int32 `[2]`, seed of the random draws; None for means, and for
                the largest α instead of a random one.
            training: whether the networks run in training mode.
        """
        config, keys = self.config, _split(key, 4)
        back = pass_background(
            self.background, pairs, keys[0], config.swap, training
        )
        found = self._find(flat_pairs(pairs), back.drawn, training)
        pose, own = (
            each.draw(draw_noise(pairs, of_one, *each.mean.shape[1:]))
            for each, of_one in zip((found.pose, found.content), keys[1:3])
        )
        # Eq. 1, on means. Objects that the detector does not see are no match.
        mean = found.content.mean
        distances = scene.content_distances(mean, other_of_pair(mean))
        match = scene.match(distances, other_of_pair(found.gate))
        # Eq. 2, with α ~ U[0, e / E], at most `swap_limit`.
        matched = tf.gather(other_of_pair(own), match, batch_dims=1)
        alpha = config.swap_limit * progress * float(config.swap)
        if key is not None:
            alpha *= tf.random.stateless_uniform([], keys[3])
        seen = tf.gather(other_of_pair(found.gate), match, batch_dims=1)
        content = scene.mix(own, matched, alpha * seen[..., None])
        # Eq. 3.
        layers = self._draw(found.where, pose, content, found.gate)
        drawn = self._merge(back.drawn, layers)
        return Pass(
            back, found, pose, distances, match, layers, layers.present, drawn
        )

    def terms(
        self, pairs: tf.Tensor, made: Pass, progress: tf.Tensor
    ) -> Losses:
        """The loss without adversarial terms, in nats per frame.

        Args:
            pairs: float `[clips, 2, height, width, channel]`.
            made: the pass over them.
            progress: share of the training that is over.
        """
        config, frames = self.config, flat_pairs(pairs)
        terms = {
            "reconstruction": losses.reconstruction(
                frames, made.drawn, config.observation_variance
            ),
            **background_terms(made.background),
            "kl_objects": losses.kl_to_prior(made.found.pose, made.present)
            + losses.kl_to_prior(made.found.content, made.present),
            "triplet": losses.triplet_loss(
                made.distances,
                made.present,
                other_of_pair(made.present),
                config.triplet_margin,
            ),
            "mask": losses.mask_loss(made.layers.own_masks),
            "area": losses.area(made.layers.masks),
        }
        weights = {
            "reconstruction": 1.0,
            "similarity": config.background_weight,
            "kl_background": 1.0,
            "kl_objects": 1.0,
            "triplet": config.triplet_weight,
            "mask": config.mask_weight * tf.cast(progress < 0.5, tf.float32),
            "area": config.area_weight * self._area_share(progress),
        }
        loss = tf.add_n([w * terms[name] for name, w in weights.items()])
        return {"loss": loss, **terms, **self._counts(frames, made)}

    def _area_share(self, progress: tf.Tensor) -> tf.Tensor:
        late = (progress - self.config.area_start) / AREA_RAMP
        return tf.clip_by_value(late, 0.0, 1.0)

    def _counts(self, frames: tf.Tensor, made: Pass) -> Losses:
        """What objects explain, and how many there are; not trained.

        `explained`: share of the error of the background that objects remove.
        `present`: objects per frame. `absent`: share of objects that are not
        present. `foreground`: share of pixels in which the background is wrong.
        """
        behind = tf.square(frames - made.background.drawn)
        before, after = (
            tf.reduce_sum(x) for x in (behind, tf.square(frames - made.drawn))
        )
        wrong = (
            tf.reduce_mean(behind, axis=-1)
            > WRONG**2 * self.config.observation_variance
        )
        return {
            "explained": 1.0 - after / tf.maximum(before, 1e-6),
            "present": tf.reduce_mean(tf.reduce_sum(made.present, axis=-1)),
            "absent": 1.0 - tf.reduce_mean(made.present),
            "foreground": tf.reduce_mean(tf.cast(wrong, tf.float32)),
        }

    def pose_term(self, made: Pass) -> tf.Tensor:
        """Eq. 7; the pose of the other frame receives no gradient."""
        same, weight = self._same_object(made, made.pose)
        return losses.pose_loss(same, weight, self.config.pose_objective)

    def pose_discriminator_loss(self, made: Pass) -> tf.Tensor:
        """Eq. 6; poses receive no gradient."""
        pose = tf.stop_gradient(made.pose)
        same, same_weight = self._same_object(made, pose)
        other, of_other = _of_next_clip(pose), _of_next_clip(made.present)
        return losses.discriminator_loss(
            self._pose_logits(pose, other),
            same,
            made.present * of_other,
            same_weight,
        )

    def _same_object(self, made: Pass, pose: tf.Tensor):
        """Logits and weights of pairs (z_p^i, z'_p^j)."""

        def matched(values):
            return tf.gather(other_of_pair(values), made.match, batch_dims=1)

        logits = self._pose_logits(pose, tf.stop_gradient(matched(made.pose)))
        return logits, made.present * matched(made.present)

    def _pose_logits(self, first: tf.Tensor, second: tf.Tensor) -> tf.Tensor:
        # What all replicas have gathered has no static shape.
        flat = [tf.reshape(x, [-1, first.shape[-1]]) for x in (first, second)]
        logits = self.pose_discriminator(*flat)
        return tf.reshape(logits, [-1, first.shape[1]])  # [frames, objects]

    def realism_term(self, made: Pass) -> tf.Tensor:
        """E[-log D(x̂)], the non-saturating loss."""
        return tf.reduce_mean(
            tf.nn.softplus(-self.frame_discriminator(made.drawn))
        )

    def frame_discriminator_losses(
        self, pairs: tf.Tensor, made: Pass
    ) -> Losses:
        """E[-log D(x)] + E[-log(1 - D(x̂))], and γ / 2 E‖∇D(x)‖² (R1)."""
        real = flat_pairs(pairs)
        with tf.GradientTape() as tape:
            tape.watch(real)
            of_real = self.frame_discriminator(real)
            total = tf.reduce_sum(of_real)
        penalty = losses.gradient_penalty(tape.gradient(total, real))
        of_fake = self.frame_discriminator(tf.stop_gradient(made.drawn))
        return {
            "frame_discriminator": tf.reduce_mean(tf.nn.softplus(-of_real))
            + tf.reduce_mean(tf.nn.softplus(of_fake)),
            "penalty": self.config.gradient_penalty * penalty,
        }


def _of_next_clip(flat: tf.Tensor) -> tf.Tensor:
    """The values `[2·clips, ...]` of the next clip of the global batch."""
    rows = tf.shape(flat)[0]
    first = rows * replica_place()[0]
    everywhere = tf.roll(of_all_replicas(flat), -2, axis=0)
    return everywhere[first : first + rows]


def _split(key: tf.Tensor | None, count: int) -> list[tf.Tensor | None]:
    if key is None:
        return [None] * count
    return [
        tf.random.experimental.stateless_fold_in(key, n) for n in range(count)
    ]
