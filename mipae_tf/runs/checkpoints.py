"""Newest and best checkpoints of a stage."""

import json
import math
from collections.abc import Sequence

import tensorflow as tf

from mipae_tf.files import write_file
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.runs.folder import RunFolder


class StageCheckpoints:
    """Saves a stage so that it goes on exactly where it was.

    The newest checkpoint holds the model, the stage with all its optimizers,
    and the step; the best by validation loss holds the model alone.

    Args:
        folder: the run.
        model: the model that the stage trains a part of.
        stage: the stage.
    """

    def __init__(
        self, folder: RunFolder, model: VideoModel, stage: Stage
    ) -> None:
        self._model, self._stage, self._folder = model, stage, folder
        self._newest = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                model=_bundle(model.variables), stage=_bundle(stage.state())
            ),
            str(folder.checkpoints(stage.name, "newest")),
            max_to_keep=2,
            step_counter=stage.step,
        )
        self._best = tf.train.CheckpointManager(
            tf.train.Checkpoint(model=_bundle(model.variables)),
            str(folder.checkpoints(stage.name, "best")),
            max_to_keep=1,
            step_counter=stage.step,
        )
        self._score_file = folder.checkpoints(stage.name, "best.json")

    def resume(self) -> bool:
        """Restores the newest checkpoint, if there is one."""
        return self._newest.restore_or_initialize() is not None

    def save(self) -> None:
        """Keeps the present state as the newest."""
        self._newest.save(checkpoint_number=int(self._stage.step.numpy()))

    def save_if_best(self, loss: float) -> None:
        """Keeps the present weights if no earlier ones had a lower loss.

        Weights whose loss is not finite are never the best.
        """
        if not math.isfinite(loss):
            return
        if self._score_file.exists():
            if not loss < json.loads(self._score_file.read_text())["loss"]:
                return
        step = int(self._stage.step.numpy())
        self._best.save(checkpoint_number=step)
        score = {"loss": loss, "step": step}
        write_file(self._score_file, json.dumps(score))


def restore_result(
    folder: RunFolder, model: VideoModel, stage: str
) -> str | None:
    """Gives `model` the weights that a stage left behind.

    Args:
        folder: the run.
        model: takes the weights.
        stage: name of the stage.

    Returns:
        Path of the checkpoint, or None where the stage has none.
    """
    keep = "newest" if model.config.keep == "last" else "best"
    for kind in (keep, "newest"):
        path = tf.train.latest_checkpoint(folder.checkpoints(stage, kind))
        if path:
            _restore(model, path)
            return path
    return None


def _restore(model: VideoModel, path: str) -> None:
    stored = tf.train.load_checkpoint(path).get_variable_to_shape_map()
    count = sum(name.startswith("model/v") for name in stored)
    if count != len(model.variables):
        raise ValueError(
            f"{path} holds {count} variables, this model has "
            f"{len(model.variables)}."
        )
    bundle = tf.train.Checkpoint(model=_bundle(model.variables))
    bundle.restore(path).expect_partial()


def _bundle(variables: Sequence) -> tf.train.Checkpoint:
    """Variables by their order.

    tf.train.Checkpoint does not look into the lists of layers that Keras 3
    layers keep: given a model it would silently leave those weights out.
    """
    return tf.train.Checkpoint(
        **{f"v{i:04d}": variable for i, variable in enumerate(variables)}
    )
