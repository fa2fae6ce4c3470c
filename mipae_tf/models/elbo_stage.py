"""The one stage of a state-space model: its evidence lower bound."""

from typing import Any

import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.base import to_float
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.models.state_space import StateSpace
from mipae_tf.objectives.elbo import gaussian_kl
from mipae_tf.objectives.elbo import pixel_log_likelihood
from mipae_tf.objectives.elbo import warm_up


class ElboStage(Stage):
    """Maximises Σ_t E_q log p(x_t | z_t) - KL(q(z_t | z_{t-1}, x_t) || p).

    All terms are logged in nats per frame; `loss` is -ELBO, but with the KL
    weighted while it warms up.

    Args:
        network: the state-space model to train.
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    LOSSES = ("loss", "elbo", "likelihood", "kl")

    def __init__(self, network: StateSpace, config: Any, seed: int) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.batch_size, frames),
            seed,
            config.training_steps,
            name="elbo",
        )
        self.network = network
        self.variance = config.observation_variance
        self.kl_warmup = config.kl_warmup
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
        weight = warm_up(self.step, self.kl_warmup)
        with tf.GradientTape() as tape:
            terms = self._terms(batch, self.draw_key(0), training=True)
            loss = weight * terms["kl"] - terms["likelihood"]
        self._descend(tape, loss)
        return {"loss": loss, **terms}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same in inference mode, KL in full, always the same draws."""
        key = tf.constant([self.seed, -1])
        terms = self._terms(batch, key, training=False)
        return {"loss": -terms["elbo"], **terms}

    def _terms(self, batch, key: tf.Tensor, training: bool) -> Losses:
        terms = elbo_terms(
            self.network, to_float(batch), key, self.variance, training
        )
        means = {name: tf.reduce_mean(term) for name, term in terms.items()}
        return {"elbo": means["likelihood"] - means["kl"], **means}


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
    shape = tf.concat([tf.shape(features)[:2], [network.dim]], axis=0)
    noise = tf.random.stateless_normal(shape, key)
    _, found = network.filter(features, noise)
    drawn = network.draw(found["state"], training)
    return {
        "likelihood": pixel_log_likelihood(frames, drawn, variance),
        "kl": gaussian_kl(found["posterior"], found["prior"]),
    }
