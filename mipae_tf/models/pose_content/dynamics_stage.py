"""The second stage: an LSTM learns how the moving code goes on."""

from collections.abc import Mapping

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.base import to_float
from mipae_tf.models.frame_wise import per_frame
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.pose_content.predictor import LatentPredictor
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage


class Dynamics(Stage):
    """Trains the predictor on latents that were encoded once and cached.

    The true codes are fed through the context; beyond it the predictor lives
    on its own output, as it will when it forecasts. The error is measured in
    standard deviations of the code.

    Args:
        predictor: the network to train.
        moving: name of the latent it predicts.
        fixed: name of the latent that conditions it, or None.
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    LOSSES = ("loss", "context", "horizon", "gradient_norm")
    source = "latents"

    def __init__(
        self,
        predictor: LatentPredictor,
        moving: str,
        fixed: str | None,
        config,
        seed: int,
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.dynamics_batch_size, frames),
            seed,
            config.dynamics_steps,
            name="dynamics",
        )
        self.predictor = predictor
        self.moving = moving
        self.fixed = fixed
        self.context = config.context
        optimizer = make_adam(
            config.dynamics_learning_rate,
            beta_1=0.9,
            schedule=config.schedule,
            steps=config.dynamics_steps,
            ema=config.ema,
            epsilon=config.adam_epsilon,
        )
        self._minimize = self.add_optimizer([predictor], optimizer)

    def prepare(self, latents: Mapping[str, np.ndarray]) -> None:
        """Sets the predictor's scales from `[clips, time, dim]` latents."""
        fixed = latents[self.fixed] if self.fixed else None
        self.predictor.fit_scale(latents[self.moving], fixed)

    def update(self, batch: Mapping[str, tf.Tensor]) -> Losses:
        """See `Stage.update`; `[clips, context + horizon, dim]` latents."""
        with tf.GradientTape() as tape:
            losses = self.evaluate_losses(batch)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: Mapping[str, tf.Tensor]) -> Losses:
        """Errors within the context and beyond it, and their mean."""
        codes = batch[self.moving]  # [clips, frames, moving_dim]
        fixed = self._fixed(batch)
        heard = codes[:, : self.context]
        followed, memory = self.predictor.follow(heard[:, :-1], fixed)
        code, ahead = heard[:, -1], []
        for _ in range(codes.shape[1] - self.context):
            code, memory = self.predictor.advance(code, fixed, memory)
            ahead.append(code)
        ahead = tf.stack(ahead, axis=1)  # [clips, horizon, moving_dim]
        context = self._error(followed, heard[:, 1:])
        horizon = self._error(ahead, codes[:, self.context :])
        loss = 0.5 * (context + horizon)
        return {"loss": loss, "context": context, "horizon": horizon}

    def _fixed(self, batch: Mapping[str, tf.Tensor]) -> tf.Tensor | None:
        if self.fixed is None:
            return None
        return batch[self.fixed][:, self.context - 1]

    def _error(self, predicted: tf.Tensor, true: tf.Tensor) -> tf.Tensor:
        scale = self.predictor.moving_scale.deviation
        return tf.reduce_mean(tf.square((predicted - true) / scale))


class PublishedDynamics(Stage):
    """The stage as MIPAE's authors ran it: every step encodes its frames anew.

    The frozen encoders work in training mode, so batch normalisation uses the
    statistics of the batch; the averages that it moves were thrown away with
    the authors' copies of the encoders, and are put back here. The predictor
    is fed true codes at all times; the loss is the sum over the times of mean
    squared errors (the authors' code; the poster's eq. 7 gives the recursion).

    Args:
        predictor: the network to train.
        encoders: the moving code's encoder and the fixed code's (or None).
        config: the model's hyper-parameters.
        seed: key of the random draws.
    """

    LOSSES = ("loss", "gradient_norm")

    def __init__(
        self,
        predictor: LatentPredictor,
        encoders: tuple[keras.layers.Layer, keras.layers.Layer | None],
        config,
        seed: int,
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.dynamics_batch_size, frames, anywhere=False),
            seed,
            config.dynamics_steps,
            name="dynamics",
        )
        self.predictor = predictor
        self.encode_moving, self.encode_fixed = encoders
        self.context = config.context
        optimizer = make_adam(
            config.dynamics_learning_rate,
            beta_1=0.9,
            ema=config.ema,
            epsilon=config.adam_epsilon,
        )
        self._minimize = self.add_optimizer([predictor], optimizer)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; uint8 `[clips, context + horizon, H, W, C]`."""
        averages = [
            variable
            for encoder in (self.encode_moving, self.encode_fixed)
            if encoder is not None
            for variable in encoder.non_trainable_variables
        ]
        kept = [tf.identity(average) for average in averages]
        codes, fixed = self._encode(batch, training=True)
        for average, value in zip(averages, kept, strict=True):
            average.assign(value)
        with tf.GradientTape() as tape:
            loss = self._loss(codes, fixed)
        norm = self._minimize(tape, loss)
        return {"loss": loss, "gradient_norm": norm}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The same loss, encoders in inference mode."""
        return {"loss": self._loss(*self._encode(batch, training=False))}

    def _encode(self, batch, training: bool):
        frames = to_float(batch)
        codes = per_frame(self.encode_moving, frames, training=training)
        if self.encode_fixed is None:
            return codes, None
        content_frame = frames[:, self.context - 1]
        return codes, self.encode_fixed(content_frame, training=training)

    def _loss(self, codes: tf.Tensor, fixed: tf.Tensor | None) -> tf.Tensor:
        followed, _ = self.predictor.follow(codes[:, :-1], fixed)
        errors = tf.square(followed - codes[:, 1:])
        return tf.reduce_sum(tf.reduce_mean(errors, axis=(0, 2)))
