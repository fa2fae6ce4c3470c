"""Independent Prediction: factors that go on by themselves (1901.05590)."""

import dataclasses

import tensorflow as tf

from mipae_tf.models.base import Latents
from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.base import to_float
from mipae_tf.models.config import TORCH_RULES
from mipae_tf.models.config import option
from mipae_tf.models.config import other_default
from mipae_tf.models.independent_prediction.glyph_decoder import PLACE_DIM
from mipae_tf.models.independent_prediction.network import StateSpace
from mipae_tf.models.independent_prediction.stage import ElboStage
from mipae_tf.models.independent_prediction.stage import elbo_terms
from mipae_tf.models.latent import Latent
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.stage import Stage
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import noise_along


@dataclasses.dataclass(frozen=True)
class IndependentPredictionConfig(SequenceConfig):
    """Hyper-parameters of Independent Prediction and its entangled twin."""

    factors: int = option(
        2,
        "Parts of the state that go on by themselves; 1 is the entangled "
        "twin, with factor_dim the size of the whole state.",
        low=1,
    )
    factor_dim: int = option(6, "Dimensions of each factor.", low=1)
    backbone: str = option(
        "coordinate",
        "Encoders and decoder.",
        choices=("coordinate", "dcgan"),
    )
    glyphs: int = option(
        1,
        "Things that each factor draws, each a glyph in one place, laid over "
        "each other as light is; 0: one generator draws the whole frame from "
        "the whole state, as published.",
        low=0,
    )
    feature_dim: int = option(64, "What the encoder leaves of a frame.", low=2)
    posterior_dim: int = option(
        64, "Units of the filter's dense layers; 0: the state's.", low=0
    )
    transition_dim: int = option(
        128, "Hidden units of each factor's transition.", low=1
    )
    residual: bool = option(
        True,
        "Whether a transition gives what is added to the last state, within "
        "bounds.",
    )
    observation_variance: float = option(
        0.25, "Variance of a pixel around what is drawn.", above=0
    )
    learning_rate: float = other_default(SequenceConfig, "learning_rate", 2e-3)
    # Some five times what is usual: a rare clip would spoil Adam's moments.
    clip_norm: float = other_default(SequenceConfig, "clip_norm", 300.0)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.glyphs:
            return
        numbers, rest = divmod(self.factor_dim, self.glyphs)
        if rest or numbers <= PLACE_DIM:
            raise ValueError(
                f"--factor_dim={self.factor_dim} does not go with "
                f"--glyphs={self.glyphs}: it must be so many times "
                f"{PLACE_DIM + 1} or more, {PLACE_DIM} for a glyph's place and "
                "the others for its look."
            )

    PROTOCOLS = {
        "default": {},
        "published": {
            **TORCH_RULES,
            "backbone": "dcgan",
            "glyphs": 0,
            "feature_dim": 32,
            "residual": False,
            "clip_norm": 0.0,
            "posterior_dim": 0,
            "schedule": "constant",
        },
    }


class IndependentPrediction(VideoModel):
    """Whitney and Fergus: p(z_t | z_{t-1}) = Π_i p_i(z_t^i | z_{t-1}^i).

    Only factors that depend on their own past can predict well, so that they
    come to hold what moves by itself. With one factor the model is its own
    entangled twin. Dimensions of the factors, learning rate, batch and length
    of clips are not published.
    """

    Config = IndependentPredictionConfig

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = StateSpace(config, self.frame_shape)
        self.built = True

    @property
    def latents(self) -> tuple[Latent, ...]:
        """Factors `[batch, time, factors, factor_dim]`."""
        config = self.config
        role = "factor" if config.factors > 1 else "state"
        return (
            Latent("factors", role, True, config.factor_dim, config.factors),
        )

    @property
    def stochastic(self) -> bool:
        """Its futures are drawn."""
        return True

    def stages(self) -> tuple[Stage, ...]:
        """One: the evidence lower bound."""
        return (ElboStage(self.network, self.config, self.seed),)

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """Factors of every frame, each from the frames up to it."""
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
        return self.network.draw(tf.reshape(factors, shape))

    def start(self, context: tf.Tensor, seed: tf.Tensor) -> State:
        """See `VideoModel.start`: samples of the filter, time after time."""
        features = self.network.features(to_float(context))
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
        expected = self.network.draw(drawn[:, None])[:, 0]
        if frame is not None:
            features = self.network.features(to_float(frame[:, None]))[:, 0]
            drawn = self.network.posterior(features, prior).draw(noise)
        after = self.network.predict(drawn)
        return expected, {
            "mean": after.mean,
            "log_scale": after.log_scale,
            "key": tf.random.experimental.stateless_fold_in(key, 1),
        }

    def evidence(
        self, clip: tf.Tensor, seed: tf.Tensor | int = 0
    ) -> dict[str, tf.Tensor]:
        """See `VideoModel.evidence`."""
        return elbo_terms(
            self.network,
            to_float(clip),
            tf.stack([seed, 0]),
            self.config.observation_variance,
            training=False,
        )

    def _split(self, states: tf.Tensor) -> tf.Tensor:
        config = self.config
        shape = tf.concat(
            [tf.shape(states)[:2], [config.factors, config.factor_dim]], axis=0
        )
        return tf.reshape(states, shape)  # [batch, time, factors, factor_dim]
