"""A stage that learns whole clips with one optimizer."""

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.objectives.elbo import warm_up


class SequenceStage(Stage):
    """Minimises one loss on windows of clips.

    Subclasses write `terms`, and name in `LOSSES` what it gives, and
    `gradient_norm`.

    Args:
        network: what is trained.
        config: the model's hyper-parameters.
        seed: key of the random draws.
        name: of the stage.
    """

    def __init__(
        self,
        network: keras.layers.Layer,
        config: SequenceConfig,
        seed: int,
        name: str,
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.batch_size, frames),
            seed,
            config.training_steps,
            name=name,
        )
        self.network = network
        self.kl_warmup = config.kl_warmup
        optimizer = make_adam(
            config.learning_rate,
            config.beta_1,
            config.beta_2,
            config.schedule,
            config.training_steps,
            config.ema,
            config.adam_epsilon,
        )
        self._minimize = self.add_optimizer(
            [network], optimizer, config.clip_norm
        )

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """The values of `LOSSES`, `loss` the one to minimise.

        Args:
            batch: uint8 `[clips, frames, height, width, channel]`.
            key: int32 `[2]`, key of the draws.
            training: as Keras means it.
        """
        raise NotImplementedError

    def kl_share(self, training: bool) -> tf.Tensor | float:
        """What the KL counts for: in full at inference, less at first."""
        return warm_up(self.step, self.kl_warmup) if training else 1.0

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`."""
        with tf.GradientTape() as tape:
            losses = self.terms(batch, self.shared_key(0), training=True)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same in inference mode, always with the same draws."""
        return self.terms(batch, tf.constant([self.seed, -1]), training=False)
