"""Moves the pixels of the last frame; no encoder; trained with a critic."""

import dataclasses

import keras
import tensorflow as tf

from mipae_tf.data.frame_plan import Window
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.models import register
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.optimizers import make_adam
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.options import option

MOVES = [(rows, columns) for rows in (-2, 0, 2) for columns in (-2, 0, 2)]


@dataclasses.dataclass(frozen=True)
class WarperConfig(SequenceConfig):
    realism_weight: float = option(0.01, "Weight of the critic.", low=0)


class WarperStage(Stage):
    LOSSES = ("loss", "error", "critic")

    def __init__(self, model):
        config, pair = model.config, 2 * model.frame_shape[-1]
        plan, steps = Window(config.batch_size, 3), config.training_steps
        super().__init__(plan, model.seed, steps, name="warp")
        self.network, self.weight = model.network, config.realism_weight
        self.critic = convolutions(pair, config.width, 1)
        adams = [make_adam(config.learning_rate, 0.5) for _ in range(2)]
        self.minimize = self.add_optimizer([self.network], adams[0])
        self.minimize_critic = self.add_optimizer([self.critic], adams[1])

    def update(self, batch):
        with tf.GradientTape(persistent=True) as tape:
            losses, real, fake = self.losses(to_float(batch))
            both = tf.nn.softplus(-real) + tf.nn.softplus(fake)
            critic = tf.reduce_mean(both)
        self.minimize(tape, losses["loss"])
        self.minimize_critic(tape, critic)
        return {**losses, "critic": critic}

    def evaluate_losses(self, batch):
        return self.losses(to_float(batch))[0]

    def losses(self, frames):
        """Losses of the warper, and critic scores of true and fake frames."""
        before, last, true = tf.unstack(frames, axis=1)
        drawn = warp(self.network, before, last)
        error = tf.reduce_mean(tf.square(drawn - true))
        real, deceived, fake = (
            self.critic(tf.concat([last, frame], axis=-1))
            for frame in (true, drawn, tf.stop_gradient(drawn))
        )
        loss = error + self.weight * tf.reduce_mean(tf.nn.softplus(-deceived))
        return {"loss": loss, "error": error}, real, fake


class Warper(VideoModel):
    STAGES = ("warp",)

    def __init__(self, config, frame_shape, seed=0, **kwargs):
        super().__init__(config, frame_shape, seed, **kwargs)
        pair = 2 * frame_shape[-1]
        self.network = convolutions(pair, config.width, len(MOVES))

    def stages(self):
        return (WarperStage(self),)

    def start(self, context, seed):
        frames = to_float(context.frames)
        before = tf.maximum(tf.shape(frames)[1] - 2, 0)
        return {"before": frames[:, before], "last": frames[:, -1]}

    def step(self, state, frame=None):
        drawn = warp(self.network, state["before"], state["last"])
        after = drawn if frame is None else to_float(frame)
        return drawn, {"before": state["last"], "last": after}


def convolutions(given, width, made):
    first = keras.layers.Conv2D(width, 5, padding="same", activation="relu")
    last = keras.layers.Conv2D(made, 5, padding="same")
    network = keras.Sequential([first, last])
    network.build((None, None, None, given))
    return network


def warp(network, before, last):
    masks = tf.nn.softmax(network(tf.concat([before, last], axis=-1)))
    moved = tf.stack([tf.roll(last, move, (1, 2)) for move in MOVES], axis=-1)
    return tf.reduce_sum(moved * masks[..., None, :], axis=-1)


register("toy_warper", Warper, WarperConfig, "Warper", "Moves pixels.")
