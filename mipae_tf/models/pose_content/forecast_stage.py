"""Training of the LSTM and the decoder on the pixels of forecasts.

Not part of the papers: there, the decoder only sees poses of true frames, and
the LSTM never sees pixels. Poses that are predicted are less exact. A decoder
that knows this draws what is probable, instead of what is precise and wrong.
"""

import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.optimizers import make_later_adam
from mipae_tf.models.pose_content.config import CodeLSTMConfig
from mipae_tf.models.pose_content.network import PoseContentNetwork
from mipae_tf.models.stage import Losses
from mipae_tf.models.stage import Stage

# Added to the error of a frame before its logarithm is taken. A squared error
# of this size is 35 dB: beyond, a better frame gains little.
LEAST_ERROR = 3e-4


class ForecastStage(Stage):
    """Minimizes the error of forecasts, or its logarithm.

    The encoders keep their weights.

    A forecast starts from the poses of the context, and the LSTM then follows
    its own predictions, as in `PoseContentModel.forecast`.

    Args:
        network: the network whose predictor and decoder are trained.
        config: hyper-parameters of the model.
        seed: seed of the random draws.
    """

    LOSSES = ("loss", "gradient_norm")

    def __init__(
        self, network: PoseContentNetwork, config: CodeLSTMConfig, seed: int
    ) -> None:
        frames = config.context + config.train_horizon
        super().__init__(
            Window(config.forecast_batch_size, frames),
            seed,
            config.forecast_steps,
            name="forecast",
        )
        self.network = network
        self.config = config
        optimizer = make_later_adam(
            config, config.forecast_learning_rate, config.forecast_steps
        )
        self._minimize = self.add_optimizer(
            [network.predictor, network.decoder], optimizer
        )

    def update(self, batch: tf.Tensor) -> Losses:
        """See `Stage.update`; uint8 `[clips, context + horizon, H, W, C]`."""
        frames = self.config.augmented(to_float(batch), self.draw_key(2))
        horizon = frames.shape[1] - self.config.context
        order = tf.random.stateless_uniform([horizon], self.shared_key(3))
        times = tf.argsort(order)[: self.config.forecast_frames]
        with tf.GradientTape() as tape:
            loss = self._loss(frames, times, training=True)
        return {"loss": loss, "gradient_norm": self._minimize(tape, loss)}

    def evaluate_losses(self, batch: tf.Tensor) -> Losses:
        """The loss of all frames of the forecast, in inference mode."""
        frames = to_float(batch)
        times = tf.range(frames.shape[1] - self.config.context)
        return {"loss": self._loss(frames, times, training=False)}

    def _loss(
        self, frames: tf.Tensor, times: tf.Tensor, training: bool
    ) -> tf.Tensor:
        """Loss of the predicted frames at `times` after the context."""
        network, context = self.network, self.config.context
        seen, ahead = frames[:, :context], frames[:, context:]
        codes = network.poses(seen)
        origin = network.origin(codes)
        codes -= origin
        reference = network.reference(seen[:, -1])
        # p_t = LSTM(p_{t-1}, c_C), after the context on its own predictions.
        predictor, content = network.predictor, reference.content
        memory = predictor.warm_up(codes[:, :-1], content)
        poses = predictor.roll_out(
            codes[:, -1], content, memory, ahead.shape[1]
        )
        poses = tf.gather(poses, times, axis=1) + origin
        logarithmic = self.config.forecast_loss == "log_error"
        errors = network.error(
            self.config.reconstruction,
            poses,
            reference,
            tf.gather(ahead, times, axis=1),
            training=training,
            per_frame=logarithmic,
        )
        if logarithmic:
            errors = tf.math.log(errors + LEAST_ERROR)
        return tf.reduce_mean(errors)
