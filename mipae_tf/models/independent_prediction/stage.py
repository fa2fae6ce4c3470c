"""The one stage of a state-space model: its evidence lower bound."""

from typing import Any

import tensorflow as tf

from mipae_tf.models.base import to_float
from mipae_tf.models.independent_prediction.network import StateSpace
from mipae_tf.models.sequence_stage import SequenceStage
from mipae_tf.models.stage import Losses
from mipae_tf.networks.gaussian_head import noise_along
from mipae_tf.objectives.elbo import gaussian_kl
from mipae_tf.objectives.elbo import pixel_log_likelihood


class ElboStage(SequenceStage):
    """Maximises Σ_t E_q log p(x_t | z_t) - KL(q(z_t | z_{t-1}, x_t) || p).

    All terms are logged in nats per frame; `loss` is -ELBO, but with the KL
    weighted while it warms up.

    Args:
        network: the state-space model to train.
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    LOSSES = ("loss", "elbo", "likelihood", "kl", "gradient_norm")

    def __init__(self, network: StateSpace, config: Any, seed: int) -> None:
        super().__init__(network, config, seed)
        self.variance = config.observation_variance

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """See `SequenceStage.terms`."""
        terms = elbo_terms(
            self.network, to_float(batch), key, self.variance, training
        )
        likelihood, kl = (
            tf.reduce_mean(terms[name]) for name in ("likelihood", "kl")
        )
        return {
            "loss": self.kl_share(training) * kl - likelihood,
            "elbo": likelihood - kl,
            "likelihood": likelihood,
            "kl": kl,
        }


def elbo_terms(
    network: StateSpace,
    frames: tf.Tensor,
    key: tf.Tensor,
    variance: float,
    training: bool,
) -> dict[str, tf.Tensor]:
    """`likelihood` and `kl` of every frame in nats, `[batch, time]` each.

    Args:
        network: the model.
        frames: float `[batch, time, H, W, C]` in [0, 1].
        key: int32 `[2]`, key of the one sample of the states.
        variance: of the observation.
        training: as Keras means it.
    """
    features = network.features(frames, training)
    noise = noise_along(features, network.dim, key)
    _, found = network.filter(features, noise)
    drawn = network.draw(found["state"], training)
    return {
        "likelihood": pixel_log_likelihood(frames, drawn, variance),
        "kl": gaussian_kl(found["posterior"], found["prior"]),
    }
