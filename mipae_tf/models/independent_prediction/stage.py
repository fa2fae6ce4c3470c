"""The training stage of Independent Prediction."""

from typing import Any

import tensorflow as tf

from mipae_tf.models.frame_values import to_float
from mipae_tf.models.independent_prediction.network import (
    IndependentPredictionNetwork,
)
from mipae_tf.models.sequence_stage import SequenceStage
from mipae_tf.models.stage import Losses
from mipae_tf.networks.gaussian_head import noise_along
from mipae_tf.objectives.elbo import gaussian_kl
from mipae_tf.objectives.elbo import pixel_log_likelihood


class ElboStage(SequenceStage):
    """Maximizes the evidence lower bound of Independent Prediction.

        Σ_t E_q log p(x_t | z_t)
            - KL(q(z_t | z_{t-1}, x_t) || Π_i p_i(z_t^i | z_{t-1}^i))

    All terms are logged in nats per frame. `loss` is the negative bound, with
    a smaller KL weight during the warm-up.

    Args:
        network: the networks to train.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "elbo", "likelihood", "kl", "gradient_norm")

    def __init__(
        self, network: IndependentPredictionNetwork, config: Any, seed: int
    ) -> None:
        super().__init__(network, config, seed, name="elbo")
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
            "loss": self.kl_warmup_weight(training) * kl - likelihood,
            "elbo": likelihood - kl,
            "likelihood": likelihood,
            "kl": kl,
        }


def elbo_terms(
    network: IndependentPredictionNetwork,
    frames: tf.Tensor,
    key: tf.Tensor,
    variance: float,
    training: bool,
) -> dict[str, tf.Tensor]:
    """The two terms of the bound in nats per frame, `[batch, time]`.

    Args:
        network: the networks.
        frames: float `[batch, time, H, W, C]` in [0, 1].
        key: int32 `[2]`, seed of the single sample of the states.
        variance: σ² of the observation.
        training: whether the networks run in training mode.

    Returns:
        `likelihood` and `kl`.
    """
    # z_t ~ q(z_t | z_{t-1}, x_t), and the prior Π_i p_i(z_t^i | z_{t-1}^i).
    features = network.features(frames, training)
    noise = noise_along(features, network.dim, key)
    _, found = network.filter(features, noise)
    # p(x_t | z_t) = N(g(z_t), σ² I).
    drawn = network.decode(found["state"], training)
    return {
        "likelihood": pixel_log_likelihood(frames, drawn, variance),
        "kl": gaussian_kl(found["posterior"], found["prior"]),
    }
