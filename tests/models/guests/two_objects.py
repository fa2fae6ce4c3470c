"""Two blobs with a colour and a position each, on a plain background."""

import keras
import tensorflow as tf

from mipae_tf.models import Latent
from mipae_tf.models import VideoModel
from mipae_tf.models import register
from mipae_tf.models.frame_values import to_float
from mipae_tf.models.frame_wise import fold_time
from mipae_tf.models.sequence_config import SequenceConfig
from mipae_tf.models.sequence_stage import SequenceStage

OBJECTS = 2


class Blobs(keras.layers.Layer):
    def __init__(self, frame_shape):
        super().__init__()
        *sides, channels = frame_shape
        sides = [tf.linspace(-1.0, 1.0, side) for side in sides]
        self.grid = tf.stack(tf.meshgrid(*sides, indexing="ij"), axis=-1)
        self.attend = keras.layers.Conv2D(OBJECTS, 5, padding="same")
        self.attend.build((None, *frame_shape))
        self.paint = keras.layers.Dense(channels, "sigmoid")
        self.paint.build((None, channels))

    def encode(self, frames):
        maps = fold_time(self.attend, frames)  # [batch, time, h, w, objects]
        size = tf.reduce_logsumexp(maps, axis=(2, 3), keepdims=True)
        seen, last = tf.exp(maps - size), frames[:, -1]
        return {
            "background": tf.reduce_mean(last, axis=(1, 2)),
            "content": tf.einsum("bhwo,bhwc->boc", seen[:, -1], last),
            "pose": tf.einsum("bthwo,hwp->btop", seen, self.grid),
        }

    def masks(self, pose):
        away = self.grid[:, :, None] - pose[:, :, None, None]
        near = tf.exp(-25.0 * tf.reduce_sum(away**2, axis=-1))
        return near / (1.0 + tf.reduce_sum(near, axis=-1, keepdims=True))

    def decode(self, latents):
        masks = self.masks(latents["pose"])  # [batch, time, h, w, objects]
        behind = self.paint(latents["background"])[:, None, None, None]
        free = 1.0 - tf.reduce_sum(masks, axis=-1, keepdims=True)
        things = self.paint(latents["content"])
        return tf.einsum("bthwo,boc->bthwc", masks, things) + free * behind


class BlobStage(SequenceStage):
    LOSSES = ("loss", "gradient_norm")

    def terms(self, batch, key, training):
        frames, blobs = to_float(batch), self.network
        error = blobs.decode(blobs.encode(frames)) - frames
        return {"loss": tf.reduce_mean(error**2)}


class TwoObjects(VideoModel):
    STAGES = ("blobs",)

    def __init__(self, config, frame_shape, seed=0, **kwargs):
        super().__init__(config, frame_shape, seed, **kwargs)
        self.network = Blobs(frame_shape)

    @property
    def latents(self):
        colour = self.frame_shape[-1:]
        background = Latent("background", "content", False, colour)
        content = Latent("content", "content", False, colour, OBJECTS)
        return background, content, Latent("pose", "pose", True, (2,), OBJECTS)

    def stages(self):
        return (BlobStage(self.network, self.config, self.seed, "blobs"),)

    def encode(self, frames, seed=None):
        return self.network.encode(to_float(frames))

    def decode(self, latents, reference=None):
        return self.network.decode(latents)

    def segment(self, frames):
        return self.network.masks(self.encode(frames)["pose"])

    def start(self, context, seed):
        latents = self.encode(context.frames)
        pose = latents.pop("pose")
        before = pose[:, tf.maximum(tf.shape(pose)[1] - 2, 0)]
        return {**latents, "before": before, "now": pose[:, -1]}

    def step(self, state, frame=None):
        now = 2.0 * state["now"] - state["before"]
        drawn = self.decode({**state, "pose": now[:, None]})[:, 0]
        if frame is not None:
            now = self.encode(frame[:, None])["pose"][:, 0]
        return drawn, {**state, "before": state["now"], "now": now}


register("toy_objects", TwoObjects, SequenceConfig, "Objects", "Two blobs.")
