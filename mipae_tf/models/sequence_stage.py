"""A stage that trains on sequences with one optimizer."""

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.optimizers import make_first_adam
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.objectives.elbo import warm_up


class SequenceStage(Stage):
    """Minimizes one loss on windows of clips.

    Subclasses implement `terms`, and list in `LOSSES` the names of the terms
    and `gradient_norm`.

    Args:
        network: the network to train.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
        name: name of the stage.
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
        self.augmented = config.augmented
        self.kl_warmup = config.kl_warmup
        optimizer = make_first_adam(config, config.training_steps)
        self._minimize = self.add_optimizer(
            [network], optimizer, config.clip_norm
        )

    def terms(self, batch: tf.Tensor, key: tf.Tensor, training: bool) -> Losses:
        """Computes the loss, named `loss`, and its terms.

        Args:
            batch: `[clips, frames, height, width, channel]`, uint8 or float.
            key: int32 `[2]`, seed of the random draws.
            training: whether the networks run in training mode.
        """
        raise NotImplementedError

    def kl_warmup_weight(self, training: bool) -> tf.Tensor | float:
        """Factor of the KL term: rises during the warm-up, 1 at inference."""
        return warm_up(self.step, self.kl_warmup) if training else 1.0

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`."""
        frames = self.augmented(to_float(batch), self.draw_key(1))
        with tf.GradientTape() as tape:
            losses = self.terms(frames, self.shared_key(0), training=True)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The terms in inference mode, always with the same random draws."""
        return self.terms(batch, tf.constant([self.seed, -1]), training=False)
