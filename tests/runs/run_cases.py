"""Run folders that are created without training."""

from models.harness import FRAME
from models.harness import small_config

from mipae_tf.models import config_class
from mipae_tf.runs import RunFolder
from mipae_tf.runs import RunSettings
from mipae_tf.runs.checkpoints import StageCheckpoints


def settings(name="mipae", frame_shape=FRAME, dataset="none", seed=0, **given):
    """Settings of a small run."""
    config = config_class(name).resolve("default", small_config(name, **given))
    return RunSettings(name, "default", config, dataset, frame_shape, seed)


def make_run(path, model, run=None):
    """A run folder with `model` as the checkpoint of its last stage."""
    folder = RunFolder(path)
    folder.claim(run or settings())
    StageCheckpoints(folder, model, model.stages()[-1]).save()
    folder.release()
    return folder
