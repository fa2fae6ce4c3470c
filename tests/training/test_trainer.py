import keras
import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model
from runs.run_cases import settings
from training.scripted import BETWEEN
from training.scripted import Counter
from training.scripted import Follower
from training.scripted import Model
from training.scripted import clips
from training.scripted import logged
from training.scripted import trained

from mipae_tf.data import Clips
from mipae_tf.data.frame_plan import Window
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.runs.checkpoints import StageCheckpoints
from mipae_tf.training import Trainer
from mipae_tf.training import TrainingOptions
from mipae_tf.training import trainer


def test_the_best_checkpoint_has_the_lowest_validation_loss(tmp_path):
    stage = Counter(steps=6, best=2, best_in_training=5)
    model, folder = trained(tmp_path, stage)
    assert model.weights_by_stage == {"first": 2.0}
    assert logged(folder, "validation", "loss") == [1, 0, 1, 2, 3, 4]
    (best,) = folder.checkpoints("first", "best").glob("*.index")
    assert best.stem == "ckpt-2"


@pytest.mark.parametrize("keep, left", [("best", 2.0), ("last", 6.0)])
def test_later_stages_and_the_caller_get_the_kept_weights(tmp_path, keep, left):
    first = Counter(steps=6, best=2)
    model, _ = trained(tmp_path, first, Follower(first), keep=keep)
    assert model.weights_by_stage == {"first": left, "second": left}


def test_averaged_weights_are_validated_and_kept(tmp_path):
    """Resuming needs the weights themselves, which the newest contains."""
    model, folder = trained(tmp_path, Counter(4, ema=0.5), keep="last")
    average = [1.0, 1.5, 2.25, 3.125]
    assert logged(folder, "validation", "weight") == average
    assert model.weights_by_stage == {"first": 3.125}
    again = Counter(4, ema=0.5)
    assert StageCheckpoints(folder, Model(again), again).resume()
    assert float(again.number.value) == 4.0


def test_later_stages_are_trained_again_after_the_first(tmp_path):
    for steps in (2, 5):
        first = Counter(steps, best=9)
        model, folder = trained(tmp_path, first, Follower(first))
        assert model.weights_by_stage == {"first": steps, "second": steps}
    again = Counter(5, best=9)
    lines = folder.read_losses()
    trained(tmp_path, again, Follower(again))
    assert folder.read_losses() == lines, "finished stages must not change"


def test_training_and_validation_use_their_own_clips(tmp_path):
    """Each step has a different batch; validation always has the same ones."""
    _, folder = trained(tmp_path, Counter(4), validation_batches=3)
    shown = logged(folder, "training", "loss")
    assert max(shown) < BETWEEN
    assert len(set(shown)) == 4, "batches of an epoch must not share clips"
    shown = logged(folder, "validation", "seen")
    assert min(shown) > BETWEEN
    assert len(set(shown)) == 1


def test_a_stage_that_trains_on_latents(tmp_path):
    """`prepare` gets latents of training clips, only before the first step."""
    first = Counter(1)
    second = Follower(first, streams=("latents",))
    _, folder = trained(tmp_path, first, second)
    (scales,) = second.prepared
    video = clips("train").video
    np.testing.assert_array_equal(scales["light"][..., 0], video[:, :, 0, 0, 0])
    rows = [row for row in folder.read_losses() if row["stage"] == "second"]
    for row in rows:
        is_training = row["group"] == "training"
        pixel = row["loss"] if is_training else row["seen"]
        assert (pixel < BETWEEN) == is_training
    longer = Follower(first, steps=3, streams=("latents",))
    trained(tmp_path, Counter(1), longer)
    assert not longer.prepared


class Masked(Stage):
    """A stage whose loss is the sum of the maxima of its two streams."""

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


def test_stages_get_the_streams_that_they_declare(tmp_path, monkeypatch):
    folder, model = RunFolder(tmp_path), random_model("ae_lstm")
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
