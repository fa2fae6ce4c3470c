"""Eq. 7 of MIPAE: the LSTM that predicts the next pose, and its training.

    p_t = LSTM(p_{t-1}, c_C),  p_{t-1} = E_p(x_{t-1}) within the context,
    and its own prediction after it

`CodePredictor` is the LSTM. `DynamicsStage` trains it on cached codes with its
own predictions as inputs, `PublishedDynamicsStage` as the authors did.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import per_frame
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.optimizers import make_later_adam
from mipae_tf.models.pose_content.config import CodeLSTMConfig
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage
from mipae_tf.networks.lstm_stack import LSTMStack
from mipae_tf.networks.lstm_stack import States
from mipae_tf.networks.standardizer import Standardizer

if TYPE_CHECKING:
    from mipae_tf.models.pose_content.network import PoseContentNetwork


class CodePredictor(keras.layers.Layer):
    """The LSTM of eq. 7, on standardized codes.

    Args:
        moving_dim: size of the predicted code (the pose).
        fixed_dim: size of the code for conditioning (the content); 0 for none.
        hidden_dim: units of each LSTM layer.
        layers: number of LSTM layers.
        target: 'code' (the output is the next code, with a tanh activation,
            as published) or 'difference' (the output is the difference from
            the last code, in standard deviations).
        layer_rules: 'keras' or 'torch', see `ModelConfig`.
        **kwargs: `name` of the layer.
    """

    def __init__(
        self,
        moving_dim: int,
        fixed_dim: int,
        hidden_dim: int,
        layers: int,
        target: str,
        layer_rules: str = "keras",
        **kwargs,
    ) -> None:
        super().__init__(**kwargs)
        self.target = target
        self.fixed_dim = fixed_dim
        published, torch = target == "code", layer_rules == "torch"
        self.lstm = LSTMStack(
            moving_dim,
            hidden_dim=hidden_dim,
            layers=layers,
            activation="tanh" if published else "linear",
            init="torch" if published or torch else "keras",
            biases=2 if torch else 1,
            use_cudnn=False,  # cuDNN kernels cannot be served on a CPU
        )
        self.lstm.build((None, None, moving_dim + fixed_dim))
        self.moving_scale = Standardizer(moving_dim, name="moving")
        self.fixed_scale = Standardizer(fixed_dim, name="fixed")
        self.built = True

    def fit_scale(self, moving: np.ndarray, fixed: np.ndarray | None) -> None:
        """Sets the scales to the mean and deviation over all training frames.

        Not used for the published LSTM, whose inputs are not standardized.

        Args:
            moving: `[..., moving_dim]`.
            fixed: `[..., fixed_dim]`.
        """
        self.moving_scale.fit(moving)
        if self.fixed_dim and fixed is not None:
            self.fixed_scale.fit(fixed)

    def teacher_forced(
        self, codes: tf.Tensor, fixed: tf.Tensor | None
    ) -> tuple[tf.Tensor, States]:
        """Predicts each next code from true codes (teacher forcing).

        Args:
            codes: true codes `[batch, time, moving_dim]`.
            fixed: `[batch, fixed_dim]`; ignored if fixed_dim is 0.

        Returns:
            The prediction after each code, `[batch, time, moving_dim]`, and
            the LSTM states after the last code.
        """
        out, states = self.lstm(self._inputs(codes, fixed), return_states=True)
        return self._next(codes, out), states

    def warm_up(self, codes: tf.Tensor, fixed: tf.Tensor | None) -> States:
        """LSTM states after codes `[batch, time, moving_dim]`, time >= 0."""
        # An LSTM layer does not accept an empty sequence.
        initial = self.lstm.initial_state(tf.shape(codes)[0])
        if codes.shape[1] == 0:
            return initial
        return tf.cond(
            tf.shape(codes)[1] > 0,
            lambda: self.teacher_forced(codes, fixed)[1],
            lambda: initial,
        )

    def step(
        self, code: tf.Tensor, fixed: tf.Tensor | None, states: States
    ) -> tuple[tf.Tensor, States]:
        """Predicts the code after `code [batch, moving_dim]`."""
        inputs = self._inputs(code[:, None], fixed)[:, 0]
        out, states = self.lstm.step(inputs, states)
        return self._next(code, out), states

    def roll_out(
        self,
        code: tf.Tensor,
        fixed: tf.Tensor | None,
        states: States,
        steps: int,
    ) -> tf.Tensor:
        """Predicts codes from its own predictions.

        Args:
            code: the last true code, `[batch, moving_dim]`.
            fixed: `[batch, fixed_dim]`; ignored if fixed_dim is 0.
            states: LSTM states before that code.
            steps: number of codes to predict.

        Returns:
            `[batch, steps, moving_dim]`.
        """
        codes = []
        for _ in range(steps):
            code, states = self.step(code, fixed, states)
            codes.append(code)
        return tf.stack(codes, axis=1)  # [batch, steps, moving_dim]

    def _inputs(self, codes: tf.Tensor, fixed: tf.Tensor | None) -> tf.Tensor:
        codes = self.moving_scale.standardize(codes)
        if not self.fixed_dim:
            return codes
        fixed = self.fixed_scale.standardize(fixed)[:, None]
        shape = tf.concat([tf.shape(codes)[:2], tf.shape(fixed)[2:]], axis=0)
        return tf.concat(
            [codes, tf.broadcast_to(fixed, shape)], axis=-1
        )  # [batch, time, moving_dim + fixed_dim]

    def _next(self, codes: tf.Tensor, out: tf.Tensor) -> tf.Tensor:
        if self.target == "code":
            return out
        return codes + out * self.moving_scale.deviation


class DynamicsStage(Stage):
    """Trains the LSTM of eq. 7 on cached codes.

    The inputs are true codes within the context (teacher forcing), and the
    predictions of the LSTM after it, as in a forecast. Errors are in standard
    deviations of the code.

    Args:
        network: the network whose predictor is trained.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "context", "horizon", "gradient_norm")
    streams = ("latents",)

    def __init__(
        self, network: "PoseContentNetwork", config: CodeLSTMConfig, seed: int
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.dynamics_batch_size, frames),
            seed,
            config.dynamics_steps,
            name="dynamics",
        )
        self.latent_copies = config.dynamics_copies
        self.predictor = network.predictor
        self.origin = network.origin
        self.moving, self.fixed = config.MOVING_LATENT, config.FIXED_LATENT
        self.context = config.context
        optimizer = make_later_adam(
            config, config.dynamics_learning_rate, config.dynamics_steps
        )
        self._minimize = self.add_optimizer([self.predictor], optimizer)

    def prepare(self, latents: Mapping[str, np.ndarray]) -> None:
        """Sets the scales of the predictor; latents `[clips, time, dim]`."""
        fixed = latents[self.fixed] if self.fixed else None
        moving = latents[self.moving]
        origin = self.origin(moving[:, : self.context])
        self.predictor.fit_scale(moving - np.asarray(origin), fixed)

    def update(self, batch: Mapping[str, tf.Tensor]) -> Losses:
        """See `Stage.update`; latents `[clips, context + horizon, dim]`."""
        with tf.GradientTape() as tape:
            losses = self.evaluate_losses(batch)
        norm = self._minimize(tape, losses["loss"])
        return {**losses, "gradient_norm": norm}

    def evaluate_losses(self, batch: Mapping[str, tf.Tensor]) -> Losses:
        """Eq. 7: errors within the context and after it, and their mean."""
        codes = batch[self.moving]  # [clips, frames, moving_dim]
        fixed = batch[self.fixed][:, self.context - 1] if self.fixed else None
        codes = codes - self.origin(codes[:, : self.context])
        seen = codes[:, : self.context]
        followed, memory = self.predictor.teacher_forced(seen[:, :-1], fixed)
        horizon = codes.shape[1] - self.context
        ahead = self.predictor.roll_out(seen[:, -1], fixed, memory, horizon)
        context = self._error(followed, seen[:, 1:])
        horizon = self._error(ahead, codes[:, self.context :])
        loss = 0.5 * (context + horizon)
        return {"loss": loss, "context": context, "horizon": horizon}

    def _error(self, predicted: tf.Tensor, true: tf.Tensor) -> tf.Tensor:
        scale = self.predictor.moving_scale.deviation
        return tf.reduce_mean(tf.square((predicted - true) / scale))


class PublishedDynamicsStage(Stage):
    """Trains eq. 7 as the authors of MIPAE did: each step encodes its frames.

    The encoders are frozen but run in training mode, so batch normalization
    uses the statistics of the batch. This updates the moving averages, which
    are restored after each step; the authors discarded their copies of the
    encoders. The inputs of the LSTM are always true codes (teacher forcing).
    The loss is the sum over time of mean squared errors, as in the authors'
    code; the poster gives the recursion.

    Args:
        network: the network whose predictor is trained.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "gradient_norm")

    def __init__(
        self, network: "PoseContentNetwork", config: CodeLSTMConfig, seed: int
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.dynamics_batch_size, frames, anywhere=False),
            seed,
            config.dynamics_steps,
            name="dynamics",
        )
        self.predictor = network.predictor
        self.pose_encoder = network.pose_encoder
        self.content_encoder = network.content_encoder
        self.context = config.context
        optimizer = make_adam(
            config.dynamics_learning_rate,
            beta_1=0.9,
            ema=config.ema,
            epsilon=config.adam_epsilon,
        )
        self._minimize = self.add_optimizer([self.predictor], optimizer)

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`.

        Args:
            batch: uint8 `[clips, context + horizon, H, W, C]`.
        """
        averages = [
            variable
            for encoder in (self.pose_encoder, self.content_encoder)
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
        """The same loss with encoders in inference mode."""
        return {"loss": self._loss(*self._encode(batch, training=False))}

    def _encode(self, batch: tf.Tensor, training: bool):
        frames = to_float(batch)
        codes = per_frame(self.pose_encoder, frames, training=training)
        if self.content_encoder is None:
            return codes, None
        content_frame = frames[:, self.context - 1]
        return codes, self.content_encoder(content_frame, training=training)

    def _loss(self, codes: tf.Tensor, fixed: tf.Tensor | None) -> tf.Tensor:
        followed, _ = self.predictor.teacher_forced(codes[:, :-1], fixed)
        errors = tf.square(followed - codes[:, 1:])
        return tf.reduce_sum(tf.reduce_mean(errors, axis=(0, 2)))
