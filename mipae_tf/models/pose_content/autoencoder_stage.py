"""The representation stage of AE-LSTM, which trains an autoencoder."""

import tensorflow as tf

from mipae_tf.data.frame_plan import DistinctFrames
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.optimizers import make_first_adam
from mipae_tf.models.pose_content.config import AELSTMConfig
from mipae_tf.models.pose_content.network import PoseContentNetwork
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.objectives.reconstruction import reconstruction_error


class AutoencoderStage(Stage):
    """Minimizes the reconstruction error of single frames.

    Args:
        network: the networks to train.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "reconstruction", "gradient_norm")

    def __init__(
        self, network: PoseContentNetwork, config: AELSTMConfig, seed: int
    ) -> None:
        super().__init__(
            DistinctFrames(config.batch_size, 1),
            seed,
            config.representation_steps,
            name="representation",
        )
        self.encoder = network.pose_encoder
        self.decoder = network.decoder
        self.augmented = config.augmented
        self.kind = config.reconstruction
        optimizer = make_first_adam(config, config.representation_steps)
        self._minimize = self.add_optimizer(
            [self.encoder, self.decoder], optimizer
        )

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; takes uint8 `[clips, frames, H, W, C]`."""
        frames = self.augmented(to_float(batch), self.draw_key(2))
        with tf.GradientTape() as tape:
            losses = self._errors(frames, training=True)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The reconstruction error in inference mode."""
        return self._errors(to_float(batch), training=False)

    def _errors(self, frames: tf.Tensor, training: bool) -> Losses:
        codes = fold_time(self.encoder, frames, training=training)
        logits = fold_time(self.decoder.logits, codes, training=training)
        loss = reconstruction_error(self.kind, logits, frames)
        return {"loss": loss, "reconstruction": loss}
