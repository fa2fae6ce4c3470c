import keras
import numpy as np
import pytest
import tensorflow as tf
from models.harness import lively_model
from models.harness import moving_clips
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.data.frame_plan import Window
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.training import Trainer
from mipae_tf.training import TrainingOptions
from mipae_tf.training import trainer


def test_intervals_are_kept(tmp_path):
    """Lines at every multiple of an interval and at the last step."""
    steps = {"representation_steps": 7, "dynamics_steps": 0}
    folder = RunFolder(tmp_path)
    folder.claim(settings("ae_lstm", **steps))
    video = Clips(moving_clips(6))
    options = TrainingOptions(
        steps_per_call=10,
        log_every=2,
        validate_every=3,
        validation_batches=1,
        pictures=False,
    )
    model = lively_model("ae_lstm", **steps)
    Trainer(folder, model, video, video, options=options).train()
    lines = folder.read_losses()
    steps = {
        group: [row["step"] for row in lines if row["group"] == group]
        for group in ("training", "validation")
    }
    assert steps["training"] == [2, 3, 4, 6, 7]
    assert steps["validation"] == [3, 6, 7]
    assert all(0 <= row.get("data_wait_share", 0) <= 1 for row in lines)


class Masked(Stage):
    """Its loss is the sum of the largest values of its two streams."""

    LOSSES = ("loss",)

    def __init__(self, name, streams):
        super().__init__(Window(6, 3), 0, total_steps=1, name=name)
        self.streams, self.prepared = streams, None
        layer = keras.layers.Dense(1)
        layer.build((None, 1))
        self.minimize = self.add_optimizer([layer], keras.optimizers.SGD())

    def prepare(self, latents):
        self.prepared = latents["state"]

    def update(self, batch):
        return self.evaluate_losses(batch)

    def evaluate_losses(self, batch):
        assert tuple(sorted(batch)) == tuple(sorted(self.streams))
        values = [tf.cast(x, tf.float32) for x in tf.nest.flatten(batch)]
        return {"loss": tf.add_n([tf.reduce_max(x) for x in values])}


def test_stages_are_given_the_streams_that_they_want(tmp_path, monkeypatch):
    folder, model = RunFolder(tmp_path), lively_model("ae_lstm")
    folder.claim(settings("ae_lstm"))
    stages = [
        Masked("representation", ("video", "masks")),
        Masked("dynamics", ("masks", "latents")),
    ]
    latents = {"state": np.full((6, 8, 2), 0.5, np.float32)}
    monkeypatch.setattr(trainer, "cached_latents", lambda *_: latents)
    monkeypatch.setattr(model, "stages", lambda: stages)
    video, asked = moving_clips(6) // 255, []

    def read(names):
        asked.append(tuple(names))
        number = np.arange(6, dtype=np.uint8)[:, None, None, None, None]
        return {"masks": np.broadcast_to(number, (*video.shape[:4], 1))}

    clips = Clips(video, reader=read)
    options = TrainingOptions(validation_batches=1, pictures=False)
    with pytest.raises(ValueError, match="clips has no stream 'masks'"):
        Trainer(folder, model, clips, Clips(video), options=options)
    asked.clear()
    Trainer(folder, model, clips, clips, options=options).train()
    assert asked == [("masks",)] * 2
    lines = folder.read_losses()
    found = {(row["stage"], row["group"]): row["loss"] for row in lines}
    for group in ("training", "validation"):
        assert found["representation", group] == 5.0 + video.max()
        assert found["dynamics", group] == 5.5
    assert stages[1].prepared is latents["state"]
