"""The training stage of MoCoGAN."""

import dataclasses
from collections.abc import Callable

import keras
import tensorflow as tf

from mipae_tf.models.frame_values import to_float
from mipae_tf.models.mocogan.clip_shares import ClipsForBoth
from mipae_tf.models.mocogan.clip_shares import Share
from mipae_tf.models.mocogan.clip_shares import own_part
from mipae_tf.models.mocogan.clip_shares import seed_of_replica
from mipae_tf.models.mocogan.discriminators import ImageDiscriminator
from mipae_tf.models.mocogan.discriminators import VideoDiscriminator
from mipae_tf.models.mocogan.generator import Codes
from mipae_tf.models.mocogan.losses import category_loss
from mipae_tf.models.mocogan.losses import discriminator_loss
from mipae_tf.models.mocogan.losses import realism_loss
from mipae_tf.models.mocogan.losses import reconstruction_loss
from mipae_tf.models.mocogan.network import MoCoGANNetwork
from mipae_tf.models.mocogan.network import to_signed
from mipae_tf.models.network_options import network_options
from mipae_tf.models.optimizers import make_first_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage

# In nats. A discriminator that cannot tell true from generated has 1.39.
LEAST_LOSS = 0.1
WON = (
    "the {} discriminator tells nearly all true and generated {} apart, so "
    "that the generator learns little; more --instance_noise may prevent this"
)


class MoCoGANStage(Stage):
    """Trains D_I, then D_V, then the generator, in every step.

    Each has its own optimizer, and each of the three updates draws generated
    frames of its own. True and generated inputs pass through a discriminator in
    separate calls, so that batch normalization does not mix them.

    Args:
        network: R_M, G_I and, with an encoder, E.
        config: a `MoCoGANConfig`.
        frame_shape: (height, width, channel).
        seed: seed of the random draws.

    Raises:
        ValueError: if the windows are too short for D_V.
    """

    LOSSES = (
        "loss",
        "image_discriminator",
        "video_discriminator",
        "image_realism",
        "video_realism",
        "gradient_norm",
    )

    FLOORS = {
        "image_discriminator": (LEAST_LOSS, WON.format("image", "frames")),
        "video_discriminator": (LEAST_LOSS, WON.format("video", "clips")),
    }

    def __init__(
        self,
        network: MoCoGANNetwork,
        config,
        frame_shape: tuple[int, int, int],
        seed: int,
    ) -> None:
        frames = config.context + config.train_horizon
        clips, video_clips = config.batch_size, config.video_batch_size
        plan = ClipsForBoth(clips, frames, video_clips=video_clips)
        super().__init__(plan, seed, config.training_steps, name="adversarial")
        extra = ["category"] * bool(config.categories)
        extra += ["reconstruction"] * bool(config.encoder)
        self.LOSSES = (*self.LOSSES, *extra)
        self.means = [keras.metrics.Mean(name) for name in self.LOSSES]
        self.config = config
        self.network = network
        options = network_options(config, frame_shape)
        shared = {
            "frame_size": frame_shape[0],
            "width": config.width,
            "norm": options["norm"],
            "synchronized": options["synchronized"],
            "noise": config.instance_noise,
        }
        self.image_discriminator = ImageDiscriminator(**shared)
        self.video_discriminator = VideoDiscriminator(
            time_kernel=config.time_kernel,
            categories=config.categories,
            **shared,
        )
        _require_frames(config, self.video_discriminator.frames)
        self.image_discriminator.build((None, *frame_shape))
        self.video_discriminator.build((None, None, *frame_shape))
        not_averaged = dataclasses.replace(config, ema=0.0)
        self._train_image = self._trainer(
            self.image_discriminator, not_averaged
        )
        self._train_video = self._trainer(
            self.video_discriminator, not_averaged
        )
        self._train_generator = self._trainer(network, config)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`."""
        frames = self.config.augmented(to_float(batch), self.draw_key(0))
        real = to_signed(frames)
        of_images, _ = self._train_image(
            lambda: self.image_discriminator_losses(real, self.shared_key(1))
        )
        of_videos, _ = self._train_video(
            lambda: self.video_discriminator_losses(real, self.shared_key(2))
        )
        losses, norm = self._train_generator(
            lambda: self.generator_losses(real, self.shared_key(3))
        )
        return {
            **losses,
            "image_discriminator": of_images["adversarial"],
            "video_discriminator": of_videos["adversarial"],
            "gradient_norm": norm,
        }

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same in inference mode, always with the same random draws."""
        real, key = to_signed(to_float(batch)), tf.constant([self.seed, -1])
        of_images = self.image_discriminator_losses(real, key, training=False)
        of_videos = self.video_discriminator_losses(real, key, training=False)
        return {
            **self.generator_losses(real, key, training=False),
            "image_discriminator": of_images["adversarial"],
            "video_discriminator": of_videos["adversarial"],
        }

    def image_discriminator_losses(
        self, real: tf.Tensor, key: tf.Tensor, training: bool = True
    ) -> Losses:
        """What D_I minimizes, `loss`, which is the term `adversarial`.

            E[-log D_I(x_t)] + E[-log(1 - D_I(x̂_t))]

        Args:
            real: clips `[clips, time, height, width, channel]` in [-1, 1].
            key: int32 `[2]`, seed of the random draws, the same in all
                replicas.
            training: whether the networks run in training mode.
        """
        keys = _split(key, 4)
        frames = _frames_at(real, self._times(keys[0]))
        fake = tf.stop_gradient(self._fake_frames(real, keys[1], training))
        of_real = self._image_logits(frames, keys[2], training)
        of_fake = self._image_logits(fake, keys[3], training)
        loss = discriminator_loss(of_real, of_fake)
        return {"loss": loss, "adversarial": loss}

    def video_discriminator_losses(
        self, real: tf.Tensor, key: tf.Tensor, training: bool = True
    ) -> Losses:
        """What D_V minimizes, `loss`, and its terms; arguments as above.

            E[-log D_V(x)] + E[-log(1 - D_V(x̂))] + λ E[-log Q(c | x̂)]

        λ is `category_weight`.
        """
        keys = _split(key, 3)
        clips = real[: self._video_clips(real)]
        fake, codes = self._fake_clips(clips, keys[0], training)
        of_real, _ = self._video_logits(clips, keys[1], training)
        of_fake, guess = self._video_logits(
            tf.stop_gradient(fake), keys[2], training
        )
        adversarial = discriminator_loss(of_real, of_fake)
        found = {"loss": adversarial, "adversarial": adversarial}
        if self.config.categories:
            found["category"] = category_loss(guess, codes.category)
            found["loss"] += self.config.category_weight * found["category"]
        return found

    def generator_losses(
        self, real: tf.Tensor, key: tf.Tensor, training: bool = True
    ) -> Losses:
        """What the generator minimizes, `loss`, and its terms.

            E[-log D_I(x̂_t)] + E[-log D_V(x̂)] + λ E[-log Q(c | x̂)]
            + μ E|x̂_t - x_t|, t in the context

        λ is `category_weight`; the last term is for a model with an encoder,
        and μ is `reconstruction_weight`. Arguments as above.
        """
        keys = _split(key, 4)
        clips = real[: self._video_clips(real)]
        image = self._fake_frames(real, keys[0], training)
        video, codes = self._fake_clips(clips, keys[1], training)
        of_image = self._image_logits(image, keys[2], training)
        of_video, guess = self._video_logits(video, keys[3], training)
        found = {
            "image_realism": realism_loss(of_image),
            "video_realism": realism_loss(of_video),
        }
        loss = found["image_realism"] + found["video_realism"]
        if self.config.categories:
            found["category"] = category_loss(guess, codes.category)
            loss += self.config.category_weight * found["category"]
        if self.config.encoder:
            seen = self.config.context
            found["reconstruction"] = reconstruction_loss(
                video[:, :seen], clips[:, :seen]
            )
            loss += self.config.reconstruction_weight * found["reconstruction"]
        return {"loss": loss, **found}

    def _image_logits(self, frames, key, training: bool) -> tf.Tensor:
        key = seed_of_replica(key) if training else None
        return self.image_discriminator(frames, training=training, key=key)

    def _video_logits(self, clips, key, training: bool):
        key = seed_of_replica(key) if training else None
        return self.video_discriminator(clips, training=training, key=key)

    def _fake_clips(
        self, real: tf.Tensor, key: tf.Tensor, training: bool
    ) -> tuple[tf.Tensor, Codes]:
        """As many generated clips as true ones, and their codes."""
        share = self.plan.video_share
        codes = self._codes(real, self.plan.video_clips, share, key, training)
        return self.network.frames(codes, training), codes

    def _fake_frames(
        self, real: tf.Tensor, key: tf.Tensor, training: bool
    ) -> tf.Tensor:
        """One generated frame for each true clip, at a random time.

        Only these frames are drawn. They are of different clips, as those of a
        true batch, so that batch statistics are alike.
        """
        keys = _split(key, 2)
        share = self.plan.share
        codes = self._codes(real, self.plan.clips, share, keys[0], training)
        motion = _frames_at(codes.motion, self._times(keys[1]))
        codes = codes._replace(motion=motion[:, None])
        return self.network.frames(codes, training)[:, 0]

    def _codes(
        self,
        real: tf.Tensor,
        count: int,
        share: Share,
        key: tf.Tensor,
        training: bool,
    ) -> Codes:
        """Codes of whole clips; with an encoder, of these contexts.

        Args:
            real: the true clips of this replica.
            count: number of clips of all replicas.
            share: rows of the global batch by replica.
            key: int32 `[2]`, seed of the random draws.
            training: whether the encoder uses batch statistics.
        """
        network, config = self.network, self.config
        if not config.encoder:
            return own_part(network.sample(count, self.plan.frames, key), share)
        noise = network.sample_noise(count, config.train_horizon, key)
        seen = real[:, : config.context]
        return network.infer(seen, own_part(noise, share), training)

    def _times(self, key: tf.Tensor) -> tf.Tensor:
        """A random time of each clip of this replica, int32 `[clips]`."""
        times = tf.random.stateless_uniform(
            [self.plan.clips], key, 0, self.plan.frames, dtype=tf.int32
        )
        return own_part(times, self.plan.share)

    def _video_clips(self, real: tf.Tensor) -> tf.Tensor:
        """The replica's share of the clips for D_V."""
        return tf.shape(real)[0] * self.plan.video_clips // self.plan.clips

    def _trainer(self, network: keras.layers.Layer, config) -> Callable:
        """Adds the optimizer of a network.

        Returns:
            A function that is given one that computes losses. It minimizes
            their `loss` and returns them, and the norm of the gradient.
        """
        adam = make_first_adam(config, config.training_steps)
        minimize = self.add_optimizer([network], adam)

        def train(compute: Callable[[], Losses]) -> tuple[Losses, tf.Tensor]:
            with tf.GradientTape() as tape:
                losses = compute()
                # The decay of PyTorch's Adam is part of the gradient.
                squares = map(tf.nn.l2_loss, network.trainable_variables)
                decay = config.weight_decay * tf.add_n(list(squares))
                total = losses["loss"] + decay
            return losses, minimize(tape, total)

        return train


def _require_frames(config, least: int) -> None:
    given = config.context + config.train_horizon
    if given < least:
        raise ValueError(
            f"--context={config.context} and --train_horizon="
            f"{config.train_horizon} give clips of {given} frames, too few "
            f"for a video discriminator with --time_kernel="
            f"{config.time_kernel}, which needs {least}; use longer clips or a "
            "smaller --time_kernel."
        )


def _frames_at(sequences: tf.Tensor, times: tf.Tensor) -> tf.Tensor:
    """Selects `[clips, ...]` of `[clips, time, ...]` at int32 `[clips]`."""
    return tf.gather(sequences, times, axis=1, batch_dims=1)


def _split(key: tf.Tensor, count: int) -> list[tf.Tensor]:
    """Independent seeds, int32 `[2]` each."""
    fold = tf.random.experimental.stateless_fold_in
    return [fold(key, place) for place in range(count)]
