"""The training stage of DDPAE, and its evidence lower bound."""

import math
from typing import Any

import tensorflow as tf

from mipae_tf.models.ddpae.network import DDPAENetwork
from mipae_tf.models.ddpae.network import Inferred
from mipae_tf.models.ddpae.network import compose
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.sequence_stage import SequenceStage
from mipae_tf.models.stage import Losses
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.objectives.elbo import gaussian_kl
from mipae_tf.objectives.elbo import pixel_log_likelihood


class DDPAEStage(SequenceStage):
    """Maximizes the evidence lower bound of DDPAE.

        E_q Σ_t log p(x_t | c, p_t)
            - Σ_i [ Σ_t KL(q(β_t^i) || p(β)) + KL(q(p_0^i) || p(p_0))
                    + KL(q(c^i) || p(c)) ]

    All terms are logged in nats per frame. `loss` is the negative bound, with
    a smaller KL weight during the warm-up.

    Args:
        network: the networks to train.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = (
        "loss",
        "elbo",
        "likelihood",
        "kl_transition",
        "kl_initial",
        "kl_content",
        "gradient_norm",
    )

    def __init__(self, network: DDPAENetwork, config: Any, seed: int) -> None:
        super().__init__(network, config, seed, name="elbo")
        self.config = config

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """See `SequenceStage.terms`."""
        frames = to_float(batch)
        found = elbo_terms(self.network, frames, key, self.config, training)
        count = frames.shape[1]
        likelihood = tf.reduce_mean(found["likelihood"])
        parts = {
            "kl_transition": tf.reduce_mean(found["kl_transition"]),
            "kl_initial": tf.reduce_mean(found["kl_initial"]) / count,
            "kl_content": tf.reduce_mean(found["kl_content"]) / count,
        }
        kl = tf.add_n(list(parts.values()))
        return {
            "loss": self.kl_warmup_weight(training) * kl - likelihood,
            "elbo": likelihood - kl,
            "likelihood": likelihood,
            **parts,
        }


def elbo_terms(
    network: DDPAENetwork,
    frames: tf.Tensor,
    key: tf.Tensor,
    config: Any,
    training: bool,
) -> dict[str, tf.Tensor]:
    """The terms of the bound of clips, in nats.

    The first `config.context` frames are given, the others are predicted.

    Args:
        network: the networks.
        frames: float `[batch, time, height, width, channel]` in [0, 1].
        key: int32 `[2]`, seed of the single sample of the latents.
        config: a `DDPAEConfig`.
        training: whether the networks run in training mode.

    Returns:
        `likelihood` and `kl_transition`, `[batch, time]`; `kl_initial` and
        `kl_content`, `[batch]`. KL terms are sums over components.
    """
    time = frames.shape[1]
    given = min(config.context, time)
    # β ~ q(β | x_1..given), p_0 ~ q(p_0 | x), c ~ q(c | x, p)
    noise = network.draw_noise(frames, key)
    found = network.infer(frames[:, :given], time - given, noise, training)
    # x̂_t = min(1, Σ_i paste(D(c^i), p_t^i)), p(x_t | ·) = N(x̂_t, σ² I)
    drawn = compose(network.decode(found.code, found.pose, training))
    return {
        "likelihood": pixel_log_likelihood(
            frames, drawn, config.observation_variance
        ),
        **kl_terms(found, config),
    }


def kl_terms(found: Inferred, config: Any) -> dict[str, tf.Tensor]:
    """KL of each posterior from its prior, summed over components."""
    kl = {
        # p(β) = N(0, transition_deviation² I)
        "kl_transition": gaussian_kl(
            found.transition,
            like(
                found.transition,
                (0.0, 0.0, 0.0),
                (config.transition_deviation,) * 3,
            ),
        ),
        # p(p_0) = N((s_0, 0, 0), diag(scale_deviation, 1, 1)²)
        "kl_initial": gaussian_kl(
            found.initial,
            like(
                found.initial,
                (config.scale_prior, 0.0, 0.0),
                (config.scale_deviation, 1.0, 1.0),
            ),
        ),
        # p(c) = N(0, I)
        "kl_content": gaussian_kl(
            found.content, like(found.content, (0.0,), (1.0,))
        ),
    }  # [batch, time, components], or [batch, components]
    return {name: tf.reduce_sum(value, -1) for name, value in kl.items()}


def like(
    gaussian: Gaussian, mean: tuple[float, ...], scale: tuple[float, ...]
) -> Gaussian:
    """A Gaussian of the same shape with constant means and deviations."""
    shape = tf.shape(gaussian.mean)
    logs = [math.log(value) for value in scale]
    return Gaussian(
        tf.broadcast_to(tf.constant(mean), shape),
        tf.broadcast_to(tf.constant(logs), shape),
    )
