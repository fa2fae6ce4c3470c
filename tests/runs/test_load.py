import keras
import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model
from runs.run_cases import make_run
from runs.run_cases import settings
from training.scripted import Counter
from training.scripted import Follower
from training.scripted import Model

import mipae_tf
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.runs import RunFolder
from mipae_tf.runs import RunSettings
from mipae_tf.runs import load
from mipae_tf.runs.checkpoints import StageCheckpoints
from mipae_tf.runs.load import load_weights


def counted(monkeypatch, owner, name):
    """A list that records the calls of a function."""
    calls, real = [], getattr(owner, name)

    def counting(*args, **kwargs):
        calls.append(name)
        return real(*args, **kwargs)

    monkeypatch.setattr(owner, name, counting)
    return calls


def test_a_loaded_run_gives_the_same_forecast(tmp_path, monkeypatch):
    """The model is created once, without stages and optimizers."""
    model, video = random_model("mipae"), moving_clips(2)
    make_run(tmp_path, model)
    models = counted(monkeypatch, VideoModel, "__init__")
    stages = counted(monkeypatch, Stage, "__init__")
    optimizers = counted(monkeypatch, keras.optimizers.Optimizer, "__init__")
    loaded = load(tmp_path)
    assert (len(models), stages, optimizers) == (1, [], [])
    np.testing.assert_array_equal(
        loaded.forecast(video[:, :2], 3), model.forecast(video[:, :2], 3)
    )
    assert mipae_tf.load is load


def test_the_weights_of_the_last_stage_are_loaded(tmp_path, monkeypatch):
    """Those of the first stage, if the second one has no checkpoint."""

    def make_model(settings=None):
        first = Counter()
        return Model(first, Follower(first))

    monkeypatch.setattr(RunSettings, "make_model", make_model)
    model, folder = make_model(), RunFolder(tmp_path)
    folder.claim(settings())
    for number, stage in enumerate(model.stages(), start=1):
        for weight in model.variables:
            weight.assign(number)
        StageCheckpoints(folder, model, stage).save_if_best(1.0)
        left = {"first": number, "second": number}
        assert load(tmp_path).weights_by_stage == left
    folder.release()


def test_the_weights_of_an_optional_stage_are_loaded(tmp_path):
    run = settings(forecast_steps=4)
    model, folder = run.make_model(), RunFolder(tmp_path)
    names = tuple(stage.name for stage in model.stages())
    assert names == model.stage_names == model.STAGES
    folder.claim(run)
    for number, stage in enumerate(model.stages(), start=1):
        for weight in model.variables:
            weight.assign(tf.fill(weight.shape, float(number)))
        StageCheckpoints(folder, model, stage).save_if_best(1.0)
    folder.release()
    assert all(np.all(each == 3.0) for each in load(tmp_path).variables)


def test_weights_can_be_loaded_into_another_model_with_the_same_networks(
    tmp_path,
):
    model = random_model("mipae")
    make_run(tmp_path, model)
    other = settings("drnet", seed=5).make_model()
    load_weights(other, tmp_path)
    for one, two in zip(model.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    "other",
    [
        settings(width=3),
        settings(pose_dim=4),
        settings(normalization="batch"),
        settings(backbone="vgg_resnet"),
        settings("ae_lstm"),
        settings("ae_lstm", state_dim=9),  # the size of content and pose
    ],
    ids=["width", "pose_dim", "norm", "backbone", "model", "model and size"],
)
def test_other_networks_are_refused(tmp_path, other):
    make_run(tmp_path, random_model("mipae"))
    with pytest.raises(ValueError, match="other networks than this"):
        load_weights(other.make_model(), tmp_path)


def test_a_run_without_checkpoint_is_refused(tmp_path):
    with pytest.raises(ValueError, match="is not a run folder"):
        load(tmp_path)
    RunFolder(tmp_path).claim(settings())
    with pytest.raises(ValueError, match="has no checkpoint yet"):
        load(tmp_path)
