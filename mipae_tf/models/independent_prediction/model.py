"""Independent Prediction: factors that evolve independently (1901.05590)."""

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.evidence import Evidence
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.independent_prediction.network import (
    IndependentPredictionNetwork,
)
from mipae_tf.models.independent_prediction.stage import ElboStage
from mipae_tf.models.independent_prediction.stage import elbo_terms
from mipae_tf.models.latent import Latent
from mipae_tf.models.stage import Stage
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import noise_along


class IndependentPrediction(VideoModel):
    """Independent Prediction: p(z_t | z_{t-1}) = Π_i p_i(z_t^i | z_{t-1}^i).

    A factor can predict itself well only if it represents something that
    evolves independently. With one factor, the model is its own entangled
    baseline. The paper (Whitney and Fergus) does not give the dimensions of
    the factors, the learning rate, the batch size and the clip length.
    """

    STAGES = ("elbo",)

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = IndependentPredictionNetwork(config, self.frame_shape)

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Factors `[batch, time, factors, factor_dim]`."""
        config = self.config
        role = "factor" if config.factors > 1 else "state"
        return (
            Latent("factors", role, True, (config.factor_dim,), config.factors),
        )

    @property
    def stochastic(self) -> bool:
        """True: futures are sampled from the transition."""
        return True

    def stages(self) -> tuple[Stage, ...]:
        """One stage, which maximizes the evidence lower bound."""
        return (ElboStage(self.network, self.config, self.seed),)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Filters the factors of each frame from the frames up to it."""
        features = self.network.features(to_float(frames))
        noise = None
        if seed is not None:
            noise = noise_along(features, self.network.dim, tf.stack([seed, 0]))
        states = self.network.filter(features, noise)[1]["state"]
        return {"factors": self._split(states)}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; no reference is needed."""
        factors = latents["factors"]
        shape = tf.concat([tf.shape(factors)[:2], [self.network.dim]], axis=0)
        return self.network.decode(tf.reshape(factors, shape))

    def start(self, context: Context, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; states are sampled from the posterior."""
        features = self.network.features(to_float(context.frames))
        noise = noise_along(features, self.network.dim, seed)
        prior, _ = self.network.filter(features, noise)
        return {
            "mean": prior.mean,
            "log_scale": prior.log_scale,
            "key": tf.random.experimental.stateless_fold_in(seed, 1),
        }

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`."""
        prior = Gaussian(state["mean"], state["log_scale"])
        key = state["key"]
        noise = tf.random.stateless_normal(tf.shape(prior.mean), key)
        drawn = prior.draw(noise)
        expected = self.network.decode(drawn[:, None])[:, 0]
        if frame is not None:
            features = self.network.features(to_float(frame[:, None]))[:, 0]
            drawn = self.network.posterior(features, prior).draw(noise)
        after = self.network.predict(drawn)
        return expected, {
            "mean": after.mean,
            "log_scale": after.log_scale,
            "key": tf.random.experimental.stateless_fold_in(key, 1),
        }

    def evidence(self, clip: tf.Tensor, seed: tf.Tensor | int = 0) -> Evidence:
        """See `VideoModel.evidence`; this is the training objective."""
        terms = elbo_terms(
            self.network,
            to_float(clip),
            tf.stack([seed, 0]),
            self.config.observation_variance,
            training=False,
        )
        return Evidence(terms["likelihood"], terms["kl"])

    def _split(self, states: tf.Tensor) -> tf.Tensor:
        config = self.config
        shape = tf.concat(
            [tf.shape(states)[:2], [config.factors, config.factor_dim]], axis=0
        )
        return tf.reshape(states, shape)  # [batch, time, factors, factor_dim]
