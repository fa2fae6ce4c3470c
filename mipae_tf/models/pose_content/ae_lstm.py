"""AE-LSTM: one code for content and pose, predicted by an LSTM."""

import dataclasses

import tensorflow as tf

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.models.base import Latents
from mipae_tf.models.base import to_float
from mipae_tf.models.config import option
from mipae_tf.models.config import other_default
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.latent import Latent
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.pose_content.config import PUBLISHED_RECIPE
from mipae_tf.models.pose_content.config import RecurrentConfig
from mipae_tf.models.pose_content.recurrent_autoencoder import (
    RecurrentAutoencoder,
)
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.objectives.reconstruction import reconstruction_error


@dataclasses.dataclass(frozen=True)
class AELSTMConfig(RecurrentConfig):
    """Hyper-parameters of AE-LSTM."""

    state_dim: int = option(128, "Size of the code of a frame.", low=1)
    # The coordinate backbone's encoders see either where or what, and the one
    # code of this model must hold both.
    backbone: str = other_default(RecurrentConfig, "backbone", "dcgan")
    learning_rate: float = other_default(RecurrentConfig, "learning_rate", 1e-3)

    PROTOCOLS = {"default": {}, "published": PUBLISHED_RECIPE}


class AELSTM(RecurrentAutoencoder):
    """The baseline of DRNET (arXiv 1705.10915, section 4.3).

    Frames are drawn from their own code; nothing parts content from pose.
    """

    Config = AELSTMConfig
    moving = "state"
    fixed = None

    def __init__(self, config, frame_shape, seed=0, **kwargs) -> None:
        super().__init__(config, frame_shape, seed, **kwargs)
        self.encoder = self.make_encoder("pose", config.state_dim)
        self.decoder = self.make_decoder(config.state_dim)
        self.predictor = self.make_predictor()
        self.built = True

    @property
    def latents(self) -> tuple[Latent, ...]:
        """One entangled state for each frame."""
        return (Latent("state", "state", True, self.config.state_dim),)

    def encoders(self):
        """See `RecurrentAutoencoder.encoders`."""
        return self.encoder, None

    def encode(self, frames: tf.Tensor, seed: int | None = None) -> Latents:
        """The state of every frame; a seed makes no difference."""
        frames = to_float(frames)
        return {"state": fold_time(self.encoder, frames, training=False)}

    def decode(
        self, latents: Latents, reference: tf.Tensor | None = None
    ) -> tf.Tensor:
        """See `VideoModel.decode`; no reference is needed."""
        return fold_time(self.decoder, latents["state"], training=False)

    def stages(self) -> tuple[Stage, ...]:
        """Representation, then dynamics."""
        representation = AutoencoderStage(
            self.encoder, self.decoder, self.config, self.seed
        )
        return representation, self.dynamics_stage()


class AutoencoderStage(Stage):
    """Error of a frame drawn from its own code."""

    LOSSES = ("loss", "reconstruction", "gradient_norm")

    def __init__(self, encoder, decoder, config, seed: int) -> None:
        super().__init__(
            DistinctFrames(config.batch_size, 1),
            seed,
            config.representation_steps,
            name="representation",
        )
        self.encoder = encoder
        self.decoder = decoder
        self.kind = config.reconstruction
        optimizer = make_adam(
            config.learning_rate,
            config.beta_1,
            config.beta_2,
            config.schedule,
            config.representation_steps,
            config.ema,
            config.adam_epsilon,
        )
        self._minimize = self.add_optimizer([encoder, decoder], optimizer)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; uint8 `[clips, frames, H, W, C]`."""
        with tf.GradientTape() as tape:
            losses = self._errors(batch, training=True)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same error in inference mode."""
        return self._errors(batch, training=False)

    def _errors(self, batch: tf.Tensor, training: bool) -> Losses:
        frames = to_float(batch)
        codes = fold_time(self.encoder, frames, training=training)
        logits = fold_time(self.decoder.logits, codes, training=training)
        loss = reconstruction_error(self.kind, logits, frames)
        return {"loss": loss, "reconstruction": loss}
