"""The networks of Independent Prediction, a state-space model."""

from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.independent_prediction.factor_transition import (
    FactorTransition,
)
from mipae_tf.models.independent_prediction.filter_posterior import (
    FilterPosterior,
)
from mipae_tf.models.independent_prediction.glyph_decoder import GlyphDecoder
from mipae_tf.models.network_options import network_options
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.frame_encoder import FrameEncoder
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import standard_gaussian
from mipae_tf.networks.layers import leaky_relu
from mipae_tf.networks.scan_time import scan_time


class IndependentPredictionNetwork(keras.layers.Layer):
    """The model p(z_1) Π p(z_t | z_{t-1}) p(x_t | z_t) and its posterior.

    The prior of the first state is N(0, I). Later priors are the transition,
    which is independent for each factor.

    Args:
        config: an `IndependentPredictionConfig`.
        frame_shape: (height, width, channel).
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        config,
        frame_shape: tuple[int, int, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.factors = config.factors
        self.factor_dim = config.factor_dim
        self.dim = config.factors * config.factor_dim
        options = network_options(config, frame_shape)
        self.encoder = FrameEncoder(
            config.backbone,
            config.feature_dim,
            activation="linear",
            **options,
        )
        self.posterior = FilterPosterior(
            self.dim, config.posterior_dim or self.dim, dtype="float32"
        )
        self.transition = FactorTransition(
            config.factors,
            config.factor_dim,
            config.transition_dim,
            residual=config.residual,
            dtype="float32",
        )
        glyphs = max(1, config.factors * config.glyphs)
        self.code_dim = self.dim // glyphs  # input size of each decoder
        self.mixing = keras.layers.Identity(dtype="float32")
        if config.glyphs:
            # One decoder per glyph: with a shared one, a factor may represent
            # different objects in different clips.
            self.generators = [
                GlyphDecoder(
                    frame_shape[-1], config.width, options["frame_size"]
                )
                for _ in range(glyphs)
            ]
        else:
            self.generators = [
                make_decoder(config.backbone, frame_shape[-1], **options)
            ]
            if config.backbone == "dcgan":
                self.mixing = keras.layers.Dense(self.dim, activation="relu")
        self.encoder.build((None, *frame_shape))
        self.posterior.build((None, config.feature_dim))
        self.transition.build((None, config.factors, config.factor_dim))
        self.mixing.build((None, self.code_dim))
        for generator in self.generators:
            generator.build((None, self.code_dim))
        self.built = True

    def initial_prior(self, batch: tf.Tensor) -> Gaussian:
        """The prior of the first state, N(0, I) `[batch, dim]`."""
        return standard_gaussian(tf.stack([batch, self.dim]))

    def predict(self, state: tf.Tensor) -> Gaussian:
        """The transition p(z_t | z_{t-1}) for states `[batch, dim]`."""
        parts = tf.reshape(
            state, [-1, self.factors, self.factor_dim]
        )  # [batch, factors, factor_dim]
        return Gaussian(
            *(tf.reshape(x, [-1, self.dim]) for x in self.transition(parts))
        )

    def features(self, frames: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Features of frames for the posterior, `[batch, time, features]`."""
        return leaky_relu(fold_time(self.encoder, frames, training=training))

    def filter(
        self, features: tf.Tensor, noise: tf.Tensor | None
    ) -> tuple[Gaussian, dict[str, Any]]:
        """Filters the states of a clip, each from the frames up to it.

        Args:
            features: features of the frames, `[batch, time, features]`.
            noise: standard normal `[batch, time, dim]` for samples; None for
                means.

        Returns:
            The prediction for the time step after the last, and a dictionary
            of `state` and the Gaussians `posterior` and `prior`, each
            `[batch, time, dim]`.
        """

        def step(prior: Gaussian, here):
            posterior = self.posterior(here["features"], prior)
            state = posterior.draw(here.get("noise"))
            found = {"state": state, "posterior": posterior, "prior": prior}
            return self.predict(state), found

        inputs = {"features": features}
        if noise is not None:
            inputs["noise"] = noise
        prior = self.initial_prior(tf.shape(features)[0])
        return scan_time(step, prior, inputs)

    def decode(self, states: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Decodes states `[batch, time, dim]` to `[batch, time, H, W, C]`."""
        dark = 1.0
        for part, generator in zip(
            tf.split(states, len(self.generators), axis=-1),
            self.generators,
            strict=True,
        ):
            lit = fold_time(
                lambda x, decoder=generator: decoder(
                    self.mixing(x), training=training
                ),
                part,
            )  # [batch, time, H, W, C]
            dark = dark * (1.0 - lit)
        return 1.0 - dark
