"""The one stage of SVG: all networks, on one lower bound."""

import tensorflow as tf

from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import over_time
from mipae_tf.models.sequence_stage import SequenceStage
from mipae_tf.models.stage import Losses
from mipae_tf.models.svg.network import SVGNetwork
from mipae_tf.networks.gaussian_head import noise_along
from mipae_tf.objectives.elbo import gaussian_kl


class SVGStage(SequenceStage):
    """Minimises the loss of SVG, all networks at once.

        Σ_t |x̂_t - x_t|² + β KL(q_φ(z_t | x_{1:t}) || p_ψ(z_t | x_{1:t-1}))

    β is `kl_weight`; p_ψ is N(0, I) for SVG-FP. The networks are fed true
    frames at all times (teacher forcing), and z_t is a sample of q_φ. With
    `time_steps="together"` the sum over t is a mean.

    Args:
        network: the networks to train.
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    LOSSES = ("loss", "reconstruction", "kl", "gradient_norm")

    def __init__(self, network: SVGNetwork, config, seed: int) -> None:
        super().__init__(network, config, seed, name="joint")
        self.kl_weight = config.kl_weight
        self.apart = config.time_steps == "apart"
        # Beyond the context the decoder takes the maps of one frame.
        back = 1 if config.skip_frame == "last" else 2
        self.last_skip = max(config.context - back, 0)

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """The loss of the class's docstring, per frame, and its terms.

        The error is a mean over pixels, the KL a sum over dimensions in nats:
        at β = 1e-4 and frames of 64 by 64 by 3 pixels a nat costs what it does
        at an observation variance of about 0.41.
        """
        network, frames = self.network, to_float(batch)
        # h_t = E(x_t), and the maps that the decoder takes.
        h, maps = over_time(
            lambda x: network.encoder.with_skips(x, training=training),
            frames,
            self.apart,
        )  # [clips, time, ...]
        past, present = h[:, :-1], h[:, 1:]  # h_{t-1} and h_t
        # z_t from q_φ, p_ψ, and g_t = LSTM_θ(h_{t-1}, z_t).
        noise = noise_along(past, network.noise_dim, key)
        found, _ = network.teacher_forced(past, present, noise)
        # x̂_t = D(g_t, maps).
        drawn = over_time(
            lambda x: network.decoder(x[0], skips=x[1], training=training),
            (found["state"], [self._of_targets(one) for one in maps]),
            self.apart,
        )  # [clips, time - 1, H, W, C]
        error = tf.reduce_mean(tf.square(drawn - frames[:, 1:]))
        kl = tf.reduce_mean(gaussian_kl(found["posterior"], found["prior"]))
        loss = error + self.kl_share(training) * self.kl_weight * kl
        if self.apart:
            loss = loss * (frames.shape[1] - 1)  # the sum over the times
        return {"loss": loss, "reconstruction": error, "kl": kl}

    def _of_targets(self, maps: tf.Tensor) -> tf.Tensor:
        """For each frame but the first the maps that it is drawn with.

        Args:
            maps: of all frames, `[clips, time, h, w, channel]`.

        Returns:
            `[clips, time - 1, h, w, channel]`.
        """
        source = [min(t, self.last_skip) for t in range(maps.shape[1] - 1)]
        return tf.gather(maps, source, axis=1)
