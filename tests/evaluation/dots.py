"""Clips of two dots, one in each of the first two channels of a frame."""

import numpy as np
import tensorflow as tf
from evaluation.world import Double
from scipy.linalg import hadamard

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.models import Latent

SIZE, CLIPS, TIME = 32, 60, 6
PLACES = ("x_0", "y_0", "x_1", "y_1")
FACTORS = tuple(
    Factor(name, "position", True, SIZE, index // 2, "xy"[index % 2])
    for index, name in enumerate(PLACES)
)


class Painter(Double):
    """Encodes and draws two dots, one in each of the first two channels.

    Factors are the dots' places, or each of them a mixture of both.
    """

    def __init__(self, mixed=False):
        self.mixing = np.eye(4, dtype="f4")
        if mixed:
            self.mixing = hadamard(4).astype("f4") / 2
        self.latents = (Latent("factors", "factor", True, (2,), 2),)

    def encode(self, frames, seed=None):
        places = places_of(frames)
        shape = tf.concat([tf.shape(places)[:2], [4]], axis=0)
        mixed = tf.reshape(places, shape) @ self.mixing
        return {"factors": tf.reshape(mixed, tf.shape(places))}

    def decode(self, latents, reference=None):
        codes = latents["factors"]
        shape = tf.concat([tf.shape(codes)[:2], [4]], axis=0)
        flat = tf.reshape(codes, shape) @ self.mixing.T
        places = tf.clip_by_value(tf.round(flat), 0, SIZE - 1)
        hot = tf.one_hot(tf.cast(places, tf.int32), SIZE)
        planes = [
            hot[:, :, 2 * i + 1, :, None] * hot[:, :, 2 * i, None, :]
            for i in range(2)
        ]
        return tf.stack([*planes, tf.zeros_like(planes[0])], axis=-1)


def places_of(frames):
    """Positions of the dots, float32 `[batch, time, dot, 2]`, x before y."""
    light = tf.cast(frames, tf.float32)[..., :2] / 255
    ruler = tf.range(SIZE, dtype=tf.float32)
    return tf.stack(
        [
            tf.einsum("btyxc,x->btc", light, ruler),
            tf.einsum("btyxc,y->btc", light, ruler),
        ],
        axis=-1,
    )


def painted(path):
    """uint8 frames of dots at positions `[clips, time, dot, 2]`."""
    clip, time = np.indices(path.shape[:2])
    video = np.zeros((*path.shape[:2], SIZE, SIZE, 3), np.uint8)
    for dot in range(2):
        video[clip, time, path[:, :, dot, 1], path[:, :, dot, 0], dot] = 255
    return video


def clips_of(path):
    """Clips of dots at positions `[clips, time, dot, 2]`."""
    flat = np.moveaxis(path.reshape(*path.shape[:2], 4), 2, 0)
    values = dict(zip(PLACES, flat, strict=True))
    return Clips(painted(path), values, FACTORS, name="dots test")


def dots():
    """Dots that move straight and wrap around at the border."""
    random = np.random.default_rng(0)
    start = random.integers(0, 8, (CLIPS, 1, 2, 2))
    step = random.integers(0, 3, (CLIPS, 1, 2, 2))
    time = np.arange(TIME)[:, None, None]
    return clips_of((start + step * time) % SIZE)


class Judge:
    """Locates the dots exactly."""

    places = dict.fromkeys(PLACES, SIZE)

    def judge(self, frames):
        flat = places_of(frames[None])[0].numpy().reshape(-1, 4)
        return {}, dict(zip(self.places, flat.T, strict=True))
