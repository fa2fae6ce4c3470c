"""The training stage of SVG."""

import tensorflow as tf

from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import over_time
from mipae_tf.models.sequence_stage import SequenceStage
from mipae_tf.models.stage import Losses
from mipae_tf.models.svg.network import SVGNetwork
from mipae_tf.networks.gaussian_head import noise_along
from mipae_tf.objectives.elbo import gaussian_kl


class SVGStage(SequenceStage):
    """Minimizes the loss of SVG.

        Σ_t |x̂_t - x_t|² + β KL(q_φ(z_t | x_{1:t}) || p_ψ(z_t | x_{1:t-1}))

    β is `kl_weight`; p_ψ is N(0, I) for SVG-FP. The inputs are true frames at
    all time steps (teacher forcing), and z_t is a sample of q_φ. With
    `time_steps="together"`, the sum over t is replaced by the mean.

    Args:
        network: the networks to train.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "reconstruction", "kl", "gradient_norm")

    def __init__(self, network: SVGNetwork, config, seed: int) -> None:
        super().__init__(network, config, seed, name="joint")
        self.kl_weight = config.kl_weight
        self.apart = config.time_steps == "apart"
        # After the context, the skip maps are always those of this frame.
        back = 1 if config.skip_frame == "last" else 2
        self.last_skip = max(config.context - back, 0)

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """See `SequenceStage.terms`.

        The error is a mean over pixels and the KL a sum over dimensions in
        nats. For β = 1e-4 and frames of 64 by 64 by 3, this equals a Gaussian
        likelihood with a variance of about 0.61.
        """
        network, frames = self.network, to_float(batch)
        # h_t = E(x_t), and the skip maps.
        h, maps = over_time(
            lambda x: network.with_skips(x, training),
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
            (found["state"], [self._skips_for_targets(one) for one in maps]),
            self.apart,
        )  # [clips, time - 1, H, W, C]
        error = tf.reduce_mean(tf.square(drawn - frames[:, 1:]))
        kl = tf.reduce_mean(gaussian_kl(found["posterior"], found["prior"]))
        loss = error + self.kl_warmup_weight(training) * self.kl_weight * kl
        if self.apart:
            loss = loss * (frames.shape[1] - 1)  # the sum over time
        return {"loss": loss, "reconstruction": error, "kl": kl}

    def _skips_for_targets(self, maps: tf.Tensor) -> tf.Tensor:
        """Selects the skip maps for decoding each frame but the first.

        Args:
            maps: skip maps of all frames, `[clips, time, h, w, channel]`.

        Returns:
            `[clips, time - 1, h, w, channel]`.
        """
        source = [min(t, self.last_skip) for t in range(maps.shape[1] - 1)]
        return tf.gather(maps, source, axis=1)
