"""A stage that learns whole clips with one optimizer."""

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage


class SequenceStage(Stage):
    """One descent on a bound of the evidence of clips.

    Subclasses write `terms`, and name what it gives in `LOSSES`.

    Args:
        network: what is trained.
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    def __init__(
        self, network: keras.layers.Layer, config: SequenceConfig, seed: int
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.batch_size, frames),
            seed,
            config.training_steps,
            name="elbo",
        )
        self.network = network
        optimizer = make_adam(
            config.learning_rate,
            config.beta_1,
            config.beta_2,
            config.schedule,
            config.training_steps,
        )
        self._descend = self.add_player([network], optimizer, config.clip_norm)

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """The values of `LOSSES`, `loss` the one to descend.

        Args:
            batch: uint8 `[clips, frames, height, width, channel]`.
            key: int32 `[2]`, key of the draws.
            training: as Keras means it.
        """
        raise NotImplementedError

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`."""
        with tf.GradientTape() as tape:
            losses = self.terms(batch, self.shared_key(0), training=True)
        self._descend(tape, losses["loss"])
        return losses

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same in inference mode, always with the same draws."""
        return self.terms(batch, tf.constant([self.seed, -1]), training=False)
