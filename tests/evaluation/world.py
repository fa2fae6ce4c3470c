"""Clips of one moving bar, simple enough for a model that is exact."""

import dataclasses

import numpy as np
import tensorflow as tf

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.evaluation.options import EvaluationOptions
from mipae_tf.evaluation.subject import Subject
from mipae_tf.models import Latent
from mipae_tf.models import VideoModel

SIZE = 16
SHADES = 2
FACTORS = (
    Factor("shape_0", "class", False, size=SHADES, object=0),
    Factor("x_0", "position", True, size=SIZE, object=0, axis="x"),
)


class Builder:
    """Draws a bar: its content is its shade, its pose its column."""

    has_static = True

    def render(self, content, pose, instance=None):
        columns = np.asarray(pose["x_0"])
        frames = np.zeros((len(columns), SIZE, SIZE, 1), np.uint8)
        frames[np.arange(len(columns)), :, columns] = shade(content["shape_0"])
        return frames

    def sample_static(self, count, seed, start=0):
        random = np.random.default_rng([seed, start])
        content = {"shape_0": random.integers(0, SHADES, count)}
        pose = {"x_0": random.integers(0, SIZE, count)}
        frames = np.concatenate(
            [
                self.render({"shape_0": s}, {"x_0": [x]})
                for s, x in zip(content["shape_0"], pose["x_0"])
            ]
        )
        return frames, content, pose


def shade(index):
    return 100 + 100 * np.asarray(index)


def clips(count=24, length=8, seed=0, sources=None):
    """Bars that move to the right, one column a frame."""
    random = np.random.default_rng(seed)
    content = {"shape_0": random.integers(0, SHADES, count)}
    start = random.integers(0, SIZE, count)
    pose = {"x_0": (start[:, None] + np.arange(length)) % SIZE}
    video = [
        Builder().render({"shape_0": s}, {"x_0": x})
        for s, x in zip(content["shape_0"], pose["x_0"])
    ]
    values, factors = {**content, **pose}, FACTORS
    if sources is not None:
        values["file"] = np.asarray(sources)
        factors = (*FACTORS, Factor("file", "source", False))
    return Clips(np.stack(video), values, factors, name="bars test")


class Double:
    """The interface that evaluation uses; offers the methods that it has."""

    TAKES = ("frames",)
    FAILURES = {}
    stochastic = False
    latents_of = VideoModel.latents_of
    not_offered = VideoModel.not_offered

    @property
    def title(self):
        return type(self).__name__

    def offers(self, capability):
        return hasattr(self, capability)


@dataclasses.dataclass
class Oracle(Double):
    """Reads the truth from a frame and draws it, a few grey levels off."""

    error: float = 5.0
    roles: tuple = ("content", "pose")
    stochastic: bool = False

    variables = ()

    @property
    def latents(self):
        found = {
            "content": Latent("what", "content", False, (1,)),
            "pose": Latent("where", "pose", True, (1,)),
        }
        if not self.roles:
            return (Latent("state", "state", True, (SIZE,)),)
        return tuple(found[role] for role in self.roles)

    def encode(self, frames, seed=None):
        light = tf.cast(frames[:, :, 0, :, 0], tf.float32)  # [batch, time, x]
        if not self.roles:
            return {"state": light}
        codes = {
            "what": tf.reduce_max(light, axis=2)[:, -1:],
            "where": tf.cast(tf.argmax(light, axis=2), tf.float32)[..., None],
        }
        return {latent.name: codes[latent.name] for latent in self.latents}

    def decode(self, latents, reference=None):
        column = tf.cast(latents["where"][..., 0], tf.int32)  # [batch, time]
        row = tf.one_hot(column, SIZE) * latents["what"][..., None]
        frames = tf.repeat(row[:, :, None, :, None], SIZE, axis=2)
        return (frames + self.error) / 255.0

    def forecast(self, context, horizon, samples=None, seed=0):
        last = context.frames[:, -1]
        ahead = [tf.roll(last, time + 1, axis=2) for time in range(horizon)]
        frames = tf.cast(tf.stack(ahead, axis=1), tf.float32) + self.error
        return tf.cast(frames, tf.uint8)


def subject(builder=None, training=None, judge_file=None, **given):
    """The oracle on clips of bars."""
    options = {f.name for f in dataclasses.fields(EvaluationOptions)}
    chosen = {k: given.pop(k) for k in options & set(given)}
    return Subject(
        Oracle(**given),
        clips(),
        Builder() if builder is None else builder,
        context=3,
        options=EvaluationOptions(**{"horizon": 4, **chosen}),
        training=training,
        judge_file=judge_file,
    )
