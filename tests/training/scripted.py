"""Models with one weight per stage, whose values and losses are known."""

import types

import keras
import numpy as np
import tensorflow as tf
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.data.frame_plan import Window
from mipae_tf.models import Latent
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.training import Trainer
from mipae_tf.training import TrainingOptions

SIZE = 4
# Pixels of training clips are below this value, those of validation above.
BETWEEN = 127


def clips(split, count=8, length=3):
    """Clips whose pixels identify split, clip and time."""
    first = {"train": 0, "validation": 150}[split]
    values = first + 10 * np.arange(count)[:, None] + np.arange(length)
    shape = (count, length, SIZE, SIZE, 1)
    pixels = values[..., None, None, None]
    return Clips(np.broadcast_to(pixels, shape).astype(np.uint8), name=split)


class Number(keras.layers.Layer):
    """One weight, initially 0."""

    def __init__(self):
        super().__init__()
        self.value = self.add_weight(shape=(), initializer="zeros")
        self.built = True


class Counter(Stage):
    """Its weight is the number of its steps.

    The training loss is the mean pixel of a batch. The validation loss is the
    distance of the weight from `best`, or from `best_in_training` for training
    clips.

    Args:
        steps: number of training steps.
        best: weight with the lowest validation loss.
        best_in_training: the same for training clips.
        ema: decay of a moving average of the weight.
        bad: steps, counted from 0, whose loss and gradient are NaN before the
            first rollback.
        always_bad: whether loss and gradient are NaN in all steps.
        name: name of the stage.
    """

    LOSSES = ("loss", "gradient_norm")

    def __init__(
        self,
        steps=6,
        best=2,
        best_in_training=5,
        ema=0.0,
        bad=(),
        always_bad=False,
        name="first",
    ):
        super().__init__(Window(2, 1), 0, steps, name=name)
        self.number = Number()
        self.best, self.best_in_training = best, best_in_training
        self.bad, self.always_bad = tf.constant(bad, tf.int64), always_bad
        self.evaluations = tf.Variable(0, trainable=False)
        self.uses_xla = False
        self.prepared = []
        optimizer = keras.optimizers.SGD(
            1.0, use_ema=ema > 0, ema_momentum=ema or 0.99
        )
        self._minimize = self.add_optimizer([self.number], optimizer)

    def update(self, batch):
        hit = tf.reduce_any(self.step == self.bad) & (self.restarts == 0)
        sound = tf.where(hit | self.always_bad, np.nan, 1.0)
        with tf.GradientTape() as tape:
            loss = -self.number.value * sound
        norm = self._minimize(tape, loss)
        return {"loss": seen(batch) * sound, "gradient_norm": norm}

    def evaluate_losses(self, batch):
        self.evaluations.assign_add(1)
        is_training = seen(batch) < BETWEEN
        best = tf.where(is_training, self.best_in_training, self.best)
        away = tf.abs(self.number.value - tf.cast(best, tf.float32))
        return {"loss": away, "seen": seen(batch), "weight": self.number.value}

    def prepare(self, latents):
        self.prepared.append(latents)

    def use_xla(self):
        self.uses_xla = True


class Follower(Counter):
    """A second stage, which copies the weight of the first in each step."""

    def __init__(self, first, steps=2, streams=("video",)):
        super().__init__(steps, name="second")
        self.streams = streams
        self.first = (first,)  # in a tuple, so that Keras does not track it

    def update(self, batch):
        self.number.value.assign(self.first[0].number.value)
        return {"loss": seen(batch), "gradient_norm": tf.constant(1.0)}


def seen(batch):
    """Mean pixel of a batch of frames, or mean latent."""
    values = tf.nest.flatten(batch)[0]
    return tf.reduce_mean(tf.cast(values, tf.float32))


class Model:
    """The part of the interface of a model that the trainer needs."""

    def __init__(self, *stages, keep="best"):
        self.config = types.SimpleNamespace(
            keep=keep, context=1, train_horizon=2
        )
        self._stages = stages

    def stages(self):
        return self._stages

    TAKES = ("frames",)
    FAILURES = {}
    stage_names = ("first", "second")
    latents = (Latent("light", "state", True, (1,)),)
    title = "Scripted"

    def offers(self, capability):
        return capability == "encode"

    @property
    def variables(self):
        return [stage.number.value for stage in self._stages]

    @property
    def weights_by_stage(self):
        """The weight of each stage, by its name."""
        return {s.name: float(s.number.value) for s in self._stages}

    def encode(self, frames):
        """The mean pixel of each frame, `[clips, time, 1]`."""
        light = tf.cast(frames, tf.float32)
        return {"light": tf.reduce_mean(light, axis=(2, 3))}


def trainer(path, *stages, keep="best", **options):
    """A trainer of scripted stages that validates after every step."""
    folder = RunFolder(path)
    folder.claim(settings("ae_lstm"))
    chosen = {"log_every": 1, "validate_every": 1, "pictures": False}
    return Trainer(
        folder,
        Model(*stages, keep=keep),
        clips("train"),
        clips("validation"),
        options=TrainingOptions(**chosen | options),
    )


def trained(path, *stages, **given):
    """Trains and returns the model and the folder."""
    finished = trainer(path, *stages, **given)
    finished.train()
    finished.folder.release()
    return finished.model, finished.folder


def logged(folder, group, name):
    """The values of a loss in the log lines of a group, in order."""
    rows = folder.read_losses()
    return [row[name] for row in rows if row["group"] == group]
