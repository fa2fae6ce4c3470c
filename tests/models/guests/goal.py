"""Moves a code towards that of a goal frame, reached with the last frame."""

import dataclasses

import keras
import tensorflow as tf

from mipae_tf.models import Latent
from mipae_tf.models import VideoModel
from mipae_tf.models import register
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.sequence_stage import SequenceStage
from mipae_tf.options import option


@dataclasses.dataclass(frozen=True)
class GoalConfig(SequenceConfig):
    state_dim: int = option(128, "Size of the code of a frame.", low=1)
    SMALL = {**SequenceConfig.SMALL, "state_dim": 8}


class GoalNetwork(keras.layers.Layer):
    """Encoder and decoder of a frame, and a step towards a goal."""

    def __init__(self, dim, frame_shape):
        super().__init__()
        pixels = frame_shape[0] * frame_shape[1] * frame_shape[2]
        flat, dense = keras.layers.Flatten, keras.layers.Dense
        self.encoder = keras.Sequential([flat(), dense(dim, "tanh")])
        self.encoder.build((None, *frame_shape))
        shaped = keras.layers.Reshape(frame_shape)
        self.decoder = keras.Sequential([dense(pixels, "sigmoid"), shaped])
        self.decoder.build((None, dim))
        self.bend = dense(dim, "tanh")
        self.bend.build((None, 2 * dim))

    def step(self, code, goal, left):
        """The next code; `left [batch, 1]` is the number of frames left."""
        bend = self.bend(tf.concat([code, goal], axis=-1))
        return code + (goal - code) / left + bend * (left - 1.0) / left


class GoalStage(SequenceStage):
    """Reconstruction error, and error of the path from first to last frame."""

    LOSSES = ("loss", "own", "ahead", "gradient_norm")

    def terms(self, batch, key, training):
        frames, network = to_float(batch), self.network
        codes = fold_time(network.encoder, frames)  # [batch, time, dim]
        drawn = fold_time(network.decoder, codes)
        own = tf.reduce_mean((drawn - frames) ** 2)
        code, path = codes[:, 0], []
        for left in range(frames.shape[1] - 1, 0, -1):
            code = network.step(code, codes[:, -1], float(left))
            path.append(code)
        drawn = fold_time(network.decoder, tf.stack(path, axis=1))
        ahead = tf.reduce_mean((drawn - frames[:, 1:]) ** 2)
        return {"loss": own + ahead, "own": own, "ahead": ahead}


class GoalForecaster(VideoModel):
    STAGES = ("joint",)
    TAKES = ("frames", "goal")

    def __init__(self, config, frame_shape, seed=0, **kwargs):
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = GoalNetwork(config.state_dim, frame_shape)

    @property
    def latents(self):
        return (Latent("state", "state", True, (self.config.state_dim,)),)

    def stages(self):
        return (GoalStage(self.network, self.config, self.seed, "joint"),)

    def encode(self, frames, seed=None):
        return {"state": fold_time(self.network.encoder, to_float(frames))}

    def decode(self, latents, reference=None):
        return fold_time(self.network.decoder, latents["state"])

    def start(self, context, seed):
        code = self.encode(context.frames[:, -1:])["state"][:, 0]
        goal = self.encode(context.goal[:, None])["state"][:, 0]
        left = tf.ones_like(code[:, :1]) * tf.cast(context.horizon, tf.float32)
        return {"code": code, "goal": goal, "left": left}

    def step(self, state, frame=None):
        code = self.network.step(state["code"], state["goal"], state["left"])
        drawn = self.decode({"state": code[:, None]})[:, 0]
        if frame is not None:
            code = self.encode(frame[:, None])["state"][:, 0]
        return drawn, {**state, "code": code, "left": state["left"] - 1.0}


register("toy_goal", GoalForecaster, GoalConfig, "Goal", "Meets a goal.")
