"""Autoencoders whose moving code is predicted by an LSTM."""

import abc

import keras
import tensorflow as tf

from mipae_tf.models.base import State
from mipae_tf.models.base import VideoModel
from mipae_tf.models.network_options import network_options
from mipae_tf.models.pose_content.dynamics_stage import Dynamics
from mipae_tf.models.pose_content.dynamics_stage import PublishedDynamics
from mipae_tf.models.pose_content.predictor import LatentPredictor
from mipae_tf.models.stage import Stage
from mipae_tf.networks.backbones import AnyDecoder
from mipae_tf.networks.backbones import AnyEncoder
from mipae_tf.networks.backbones import make_decoder
from mipae_tf.networks.backbones import make_encoder

Layer = keras.layers.Layer


class RecurrentAutoencoder(VideoModel):
    """Base of MIPAE, DRNET and AE-LSTM: encode, predict codes, decode.

    A subclass sets `moving`, the name of the latent that the LSTM predicts,
    and `fixed`, the name of the one that stays as it was in the last frame of
    the context (None when there is none), and makes its networks before it
    calls `make_predictor`.
    """

    moving: str
    fixed: str | None

    def make_encoder(self, role: str, code_dim: int) -> AnyEncoder:
        """An encoder of the backbone, built for this model's frames."""
        config = self.config
        encoder = make_encoder(
            config.backbone,
            role,
            code_dim,
            activation=config.code,
            **network_options(config, self.frame_shape),
        )
        encoder.build((None, *self.frame_shape))
        return encoder

    def make_decoder(self, code_dim: int, pose_dim: int = 0) -> AnyDecoder:
        """The decoder of the backbone, built for codes of that size.

        The last `pose_dim` numbers of a code are pose; 0 if it is not split.
        """
        decoder = make_decoder(
            self.config.backbone,
            self.frame_shape[-1],
            pose_dim=pose_dim,
            **network_options(self.config, self.frame_shape),
        )
        decoder.build((None, code_dim))
        return decoder

    def make_predictor(self) -> LatentPredictor:
        """The LSTM over the moving latent, built for this model's sizes."""
        dims = {latent.name: latent.dim for latent in self.latents}
        config = self.config
        return LatentPredictor(
            dims[self.moving],
            dims.get(self.fixed, 0) if config.lstm_content else 0,
            hidden_dim=config.lstm_dim,
            layers=config.lstm_layers,
            target=config.lstm_target,
            layer_rules=config.layer_rules,
        )

    def dynamics_stage(self) -> Stage:
        """The second stage; re-encodes its frames where published."""
        config = self.config
        if config.dynamics_input == "frames":
            return PublishedDynamics(
                self.predictor, self.encoders(), config, self.seed
            )
        return Dynamics(
            self.predictor, self.moving, self.fixed, config, self.seed
        )

    @abc.abstractmethod
    def encoders(self) -> tuple[Layer, Layer | None]:
        """Encoder of the moving latent and of the fixed one, frame-wise."""

    def start(self, context: tf.Tensor, seed: tf.Tensor) -> State:
        """See `VideoModel.start`; nothing here is drawn at random."""
        latents = self.encode(context)
        codes = latents[self.moving]  # [batch, time, moving_dim]
        fixed = latents.get(self.fixed)
        state = {
            "code": codes[:, -1],
            "memory": self.predictor.listen(codes[:, :-1], fixed),
            "reference": context[:, -1],
        }
        return state if fixed is None else {**state, "fixed": fixed}

    def step(
        self, state: State, frame: tf.Tensor | None = None
    ) -> tuple[tf.Tensor, State]:
        """See `VideoModel.step`."""
        fixed = state.get("fixed")
        code, memory = self.predictor.advance(
            state["code"], fixed, state["memory"]
        )
        latents = {self.moving: code[:, None]}
        if fixed is not None:
            latents[self.fixed] = fixed
        decoded = self.decode(latents, state["reference"])[:, 0]
        if frame is not None:
            code = self.encode(frame[:, None])[self.moving][:, 0]
        return decoded, {**state, "code": code, "memory": memory}
