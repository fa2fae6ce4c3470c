"""The networks of SVG, for teacher forcing and for single steps."""

from collections.abc import Mapping
from typing import Any

import keras
import tensorflow as tf

from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.network_options import network_options
from mipae_tf.models.svg.gaussian_lstm import GaussianLSTM
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import skip_maps
from mipae_tf.networks.frame_encoder import FrameEncoder
from mipae_tf.networks.gaussian_head import Gaussian
from mipae_tf.networks.gaussian_head import standard_gaussian
from mipae_tf.networks.lstm_stack import LSTMStack

Memory = Mapping[str, Any]


class SVGNetwork(keras.layers.Layer):
    """Encoder, decoder with skip connections, posterior, prior, predictor.

    A frame is decoded from g_t = LSTM_θ(h_{t-1}, z_t), with h = E(x). z_t is
    sampled from the posterior LSTM_φ(h_t) or from the prior, which is N(0, I)
    for SVG-FP and LSTM_ψ(h_{t-1}) for SVG-LP. The memory consists of the states
    of these LSTMs.

    Args:
        config: an `SVGConfig`.
        frame_shape: (height, width, channel).
        learned_prior: whether the prior is LSTM_ψ.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        config,
        frame_shape: tuple[int, int, int],
        learned_prior: bool,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.noise_dim, state_dim = config.noise_dim, config.state_dim
        options = network_options(config, frame_shape)
        lstm_rules = {}
        if config.layer_rules == "torch":
            lstm_rules = {"init": "torch", "biases": 2}
        gaussian = {"clamp": config.clamp_log_scales, **lstm_rules}
        self.encoder = FrameEncoder(
            config.backbone, state_dim, activation="tanh", **options
        )
        self.decoder = make_decoder(
            config.backbone, frame_shape[-1], output=config.output, **options
        )
        self.posterior = GaussianLSTM(
            self.noise_dim,
            config.lstm_dim,
            first_log_scale=config.first_log_scale,
            **gaussian,
        )
        self.prior = None
        if learned_prior:
            self.prior = GaussianLSTM(
                self.noise_dim, config.lstm_dim, **gaussian
            )
            self.prior.build((None, None, state_dim))
        self.predictor = LSTMStack(
            state_dim,
            config.lstm_dim,
            config.lstm_layers,
            use_cudnn=False,
            **lstm_rules,
        )
        self.encoder.build((None, *frame_shape))
        self.decoder.build((None, state_dim))
        self.posterior.build((None, None, state_dim))
        self.predictor.build((None, None, state_dim + self.noise_dim))
        self.built = True

    def encode(self, frames: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Encodes `[batch, time, H, W, C]` to `[batch, time, state_dim]`."""
        return fold_time(self.encoder, frames, training=training)

    def with_skips(
        self, frames: tf.Tensor, training: bool = False
    ) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """h of frames `[batch, H, W, C]`, and their skip maps."""
        h, maps = skip_maps(self.encoder, self.decoder, frames, training)
        return h, maps or []

    def initial_memory(self, batch: tf.Tensor) -> dict[str, Any]:
        """Initial states of all LSTMs."""
        memory = {
            "posterior": self.posterior.initial_state(batch),
            "predictor": self.predictor.initial_state(batch),
        }
        if self.prior is not None:
            memory["prior"] = self.prior.initial_state(batch)
        return memory

    def teacher_forced(
        self, past: tf.Tensor, present: tf.Tensor, noise: tf.Tensor | None
    ) -> tuple[dict[str, Any], dict[str, Any]]:
        """Predicts each frame from true frames, with z of the posterior.

        Args:
            past: h of the previous frames, `[batch, time, state_dim]`.
            present: h of the frames to predict, of the same shape.
            noise: standard normal `[batch, time, noise_dim]` for samples;
                None for means.

        Returns:
            A dictionary of `state` g, `noise` z, and the Gaussians `posterior`
            and `prior`, all `[batch, time, ...]`; and the states of the LSTMs
            after the last frame.
        """
        memory = self.initial_memory(tf.shape(past)[0])
        posterior, after = self.posterior(present, memory["posterior"])
        memory["posterior"] = after
        z = posterior.draw(noise)
        prior = standard_gaussian(tf.shape(z))
        if self.prior is not None:
            prior, memory["prior"] = self.prior(past, memory["prior"])
        state, memory["predictor"] = self.predictor(
            tf.concat([past, z], axis=-1),
            states=memory["predictor"],
            return_states=True,
        )
        found = {
            "state": state,
            "noise": z,
            "posterior": posterior,
            "prior": prior,
        }
        return found, memory

    def step(
        self, past: tf.Tensor, memory: Memory, noise: tf.Tensor
    ) -> tuple[tf.Tensor, dict[str, Any]]:
        """Predicts g `[batch, state_dim]` of the next frame, z from the prior.

        Args:
            past: h of the last frame, `[batch, state_dim]`.
            memory: states of the LSTMs.
            noise: standard normal `[batch, noise_dim]`.
        """
        memory = dict(memory)
        prior = standard_gaussian(tf.shape(noise))
        if self.prior is not None:
            prior, memory["prior"] = self.prior.step(past, memory["prior"])
        state, memory["predictor"] = self._predict(
            past, prior, noise, memory["predictor"]
        )
        return state, memory

    def observe(
        self,
        past: tf.Tensor,
        present: tf.Tensor,
        before: Memory,
        after: Memory,
        noise: tf.Tensor,
    ) -> dict[str, Any]:
        """Computes the memory after a true frame (teacher forcing).

        Args:
            past: h of the previous frame, `[batch, state_dim]`.
            present: h of the true frame.
            before: memory before the prediction of that frame.
            after: memory after the prediction of that frame.
            noise: standard normal `[batch, noise_dim]`.
        """
        posterior, states = self.posterior.step(present, before["posterior"])
        _, predictor = self._predict(
            past, posterior, noise, before["predictor"]
        )
        return {**after, "posterior": states, "predictor": predictor}

    def _predict(self, past, gaussian: Gaussian, noise, states):
        inputs = tf.concat([past, gaussian.draw(noise)], axis=-1)
        return self.predictor.step(inputs, states)
