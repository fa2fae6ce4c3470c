"""The one stage of SVG."""

import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.base import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.models.svg_network import SVGNetwork
from mipae_tf.objectives.elbo import gaussian_kl


class SVGStage(Stage):
    """Σ_t mean squared error of x_t + kl_weight · KL(q(z_t) || p(z_t)).

    The networks see the true frames at all times, z is drawn from the
    posterior. Errors are means over pixels, the KL a sum over dimensions in
    nats: with a weight of 1e-4 and frames of 64 by 64 by 3 pixels a nat costs
    what it does at an observation variance of about 0.41.

    Args:
        network: the networks to train.
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    LOSSES = ("loss", "reconstruction", "kl")

    def __init__(self, network: SVGNetwork, config, seed: int) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.batch_size, frames),
            seed,
            config.training_steps,
            name="elbo",
        )
        self.network = network
        self.kl_weight = config.kl_weight
        # Beyond the context the decoder takes the maps of one frame.
        back = 1 if config.skip_frame == "last" else 2
        self.last_skip = max(config.context - back, 0)
        optimizer = make_adam(
            config.learning_rate,
            config.beta_1,
            config.beta_2,
            config.schedule,
            config.training_steps,
        )
        self._descend = self.add_player([network], optimizer)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; uint8 `[clips, frames, H, W, C]`."""
        with tf.GradientTape() as tape:
            losses = self._terms(batch, self.draw_key(0), training=True)
        self._descend(tape, losses["loss"])
        return losses

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same in inference mode, always with the same draws."""
        return self._terms(batch, tf.constant([self.seed, -1]), False)

    def _terms(self, batch, key: tf.Tensor, training: bool) -> Losses:
        network, frames = self.network, to_float(batch)
        time = frames.shape[1]
        flat = tf.reshape(frames, [-1, *frames.shape[2:]])
        codes, maps = network.encoder.with_skips(flat, training=training)
        h = tf.reshape(codes, [-1, time, codes.shape[-1]])
        shape = tf.stack([tf.shape(h)[0], time - 1, network.noise_dim])
        noise = tf.random.stateless_normal(shape, key)
        found, _ = network.follow(h[:, :-1], h[:, 1:], noise)
        drawn = fold_time(
            network.decoder,
            found["state"],
            skips=[self._of_targets(one, time) for one in maps],
            training=training,
        )
        error = tf.reduce_mean(tf.square(drawn - frames[:, 1:]))
        kl = tf.reduce_mean(gaussian_kl(found["posterior"], found["prior"]))
        # Per frame; the published loss is the sum over the frames.
        loss = error + self.kl_weight * kl
        return {"loss": loss, "reconstruction": error, "kl": kl}

    def _of_targets(self, maps: tf.Tensor, time: int) -> tf.Tensor:
        """For each frame but the first the maps that it is drawn with.

        Args:
            maps: of all frames, `[clips · time, h, w, channel]`.
            time: frames of a clip.

        Returns:
            `[clips · (time - 1), h, w, channel]`.
        """
        by_clip = tf.reshape(maps, [-1, time, *maps.shape[1:]])
        source = [min(t, self.last_skip) for t in range(time - 1)]
        chosen = tf.gather(by_clip, source, axis=1)
        return tf.reshape(chosen, [-1, *maps.shape[1:]])
