"""An invertible flow whose codes depend on those of the previous frame."""

import keras
import numpy as np
import tensorflow as tf

from mipae_tf.models import Evidence
from mipae_tf.models import Latent
from mipae_tf.models import VideoModel
from mipae_tf.models import register
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.sequence_stage import SequenceStage


class FlowNetwork(keras.layers.Layer):
    """Two affine couplings; the first gives fine codes, the second coarse."""

    def __init__(self, channels):
        super().__init__()
        halves = 2 * channels, 4 * channels
        self.convs = [keras.layers.Conv2D(2 * n, 3, 1, "same") for n in halves]
        for conv, half in zip(self.convs, halves):
            conv.build((None, None, None, half))

    def codes(self, video):
        """Fine and coarse codes, and log p(x_t | x_{t-1}) of each frame."""
        codes, nats, time = [], 0.0, tf.shape(video)[1]
        x = tf.reshape(video, [-1, *video.shape[2:]])
        for level in range(2):
            x, z = tf.split(tf.nn.space_to_depth(x, 2), 2, axis=-1)
            shift, scale = tf.split(tf.tanh(self.convs[level](x)), 2, axis=-1)
            z = (z + shift) * tf.exp(scale)
            z = tf.concat([x, z], axis=-1) if level == 1 else z
            z = tf.reshape(z, [-1, time, *z.shape[1:]])
            past = tf.concat([tf.zeros_like(z[:, :1]), z[:, :-1]], axis=1)
            squares = (z - 0.9 * past) ** 2 + np.log(2 * np.pi)
            log_det = tf.reduce_sum(scale, axis=(1, 2, 3))
            nats += tf.reshape(log_det, [-1, time])
            nats -= 0.5 * tf.reduce_sum(squares, axis=(2, 3, 4))
            codes.append(z)  # [batch, time, rows, columns, channel]
        return *codes, nats

    def frames(self, fine, coarse):
        x, z = tf.split(coarse, 2, axis=-1)
        for level, code in ((1, z), (0, fine)):
            shift, scale = tf.split(tf.tanh(self.convs[level](x)), 2, axis=-1)
            code = code * tf.exp(-scale) - shift
            x = tf.nn.depth_to_space(tf.concat([x, code], axis=-1), 2)
        return tf.clip_by_value(x, 0.0, 1.0)


class FlowStage(SequenceStage):
    LOSSES = ("loss", "gradient_norm")

    def terms(self, batch, key, training):
        nats = self.network.codes(to_float(batch))[2]
        return {"loss": -tf.reduce_mean(nats) / np.prod(batch.shape[2:])}


class Flow(VideoModel):
    STAGES = ("flow",)

    def __init__(self, config, frame_shape, seed=0, **kwargs):
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = FlowNetwork(frame_shape[-1])

    @property
    def latents(self):
        h, w, c = self.frame_shape
        fine = Latent("fine", "state", True, (h // 2, w // 2, 2 * c))
        coarse = h // 4, w // 4, 8 * c
        return fine, Latent("coarse", "state", True, coarse, level=1)

    def stages(self):
        return (FlowStage(self.network, self.config, self.seed, "flow"),)

    def encode(self, frames, seed=None):
        fine, coarse, _ = self.network.codes(to_float(frames))
        return {"fine": fine, "coarse": coarse}

    def decode(self, latents, reference=None):
        fine, coarse = latents["fine"], latents["coarse"]
        flat = [tf.reshape(z, [-1, *z.shape[2:]]) for z in (fine, coarse)]
        shape = [-1, tf.shape(fine)[1], *self.frame_shape]
        return tf.reshape(self.network.frames(*flat), shape)

    def evidence(self, clip, seed=0):
        return Evidence(self.network.codes(to_float(clip))[2])

    def start(self, context, seed):
        return self.encode(context.frames[:, -1:])

    def step(self, state, frame=None):
        state = {name: 0.9 * z for name, z in state.items()}
        after = state if frame is None else self.encode(frame[:, None])
        return self.decode(state)[:, 0], after


register("toy_flow", Flow, SequenceConfig, "Flow", "An invertible flow.")
