"""Newest and best checkpoints of a stage."""

import json
import math
import pathlib
from collections.abc import Sequence

import tensorflow as tf

from mipae_tf.console import say
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
        max_to_keep: how many of the newest are kept.
    """

    def __init__(
        self,
        folder: RunFolder,
        model: VideoModel,
        stage: Stage,
        max_to_keep: int = 2,
    ) -> None:
        self._model, self._stage, self._folder = model, stage, folder
        self._newest = tf.train.CheckpointManager(
            tf.train.Checkpoint(
                model=_bundle(model.variables), stage=_bundle(stage.state())
            ),
            str(folder.checkpoints(stage.name, "newest")),
            max_to_keep=max_to_keep,
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
        """Restores the newest checkpoint that is whole, if there is one.

        Raises:
            ValueError: where there are checkpoints and all are damaged.
        """
        folder = self._folder.checkpoints(self._stage.name, "newest")
        count = len(self._model.variables)
        path = _restore_whole(self._newest.checkpoint, folder, count)
        return path is not None

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
    bundle = tf.train.Checkpoint(model=_bundle(model.variables))
    for kind in (keep, "newest"):
        path = _restore_whole(
            bundle, folder.checkpoints(stage, kind), len(model.variables)
        )
        if path:
            return path
    return None


def _restore_whole(
    checkpoint: tf.train.Checkpoint, folder: pathlib.Path, count: int
) -> str | None:
    """Restores the newest checkpoint of a folder that can be read.

    All of them must be of a model of so many variables.

    The files are looked at themselves: TensorFlow keeps a list of them, and
    takes a damaged list for an empty one.
    """
    found = sorted(folder.glob("ckpt-*.index"), key=_step_of, reverse=True)
    for index in found:
        path = str(index.with_suffix(""))
        try:
            _check_count(path, count)
            checkpoint.restore(path).expect_partial()
        except (tf.errors.OpError, RuntimeError, IndexError) as error:
            reason = str(error).splitlines()[0]
            say(f"{path} is damaged and passed over ({reason})")
            continue
        return path
    if found:
        raise ValueError(
            f"{folder} holds {len(found)} checkpoint(s) and none can be read; "
            "remove it to begin that stage anew."
        )
    return None


def _step_of(index: pathlib.Path) -> int:
    return int(index.stem.rpartition("-")[2])


def _check_count(path: str, wanted: int) -> None:
    """Raises a ValueError for a checkpoint of another model."""
    stored = tf.train.load_checkpoint(path).get_variable_to_shape_map()
    count = sum(name.startswith("model/v") for name in stored)
    if count != wanted:
        raise ValueError(
            f"{path} holds {count} variables, this model has {wanted}."
        )


def _bundle(variables: Sequence) -> tf.train.Checkpoint:
    """Variables by their order.

    tf.train.Checkpoint does not look into the lists of layers that Keras 3
    layers keep: given a model it would silently leave those weights out.
    """
    return tf.train.Checkpoint(
        **{f"v{i:04d}": variable for i, variable in enumerate(variables)}
    )
