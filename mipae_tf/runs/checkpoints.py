"""Newest and best checkpoints of a stage."""

import json
import math
import pathlib
from collections.abc import Sequence

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import write_file
from mipae_tf.models import Stage
from mipae_tf.models import VideoModel
from mipae_tf.runs.folder import RunFolder

# What reading a file that was cut short, changed or lost may raise.
DAMAGE = (
    tf.errors.DataLossError,
    tf.errors.OutOfRangeError,
    tf.errors.NotFoundError,
    IndexError,
)


class DamagedCheckpoints(ValueError):
    """There are checkpoints, and none of them can be read."""


class StageCheckpoints:
    """Saves a stage so that it goes on exactly where it was.

    The newest checkpoint holds the model, the stage with all its optimizers,
    the step and the sums of the running means; what the stage is to leave
    behind, the best by validation loss or the last, holds the model alone.

    Args:
        folder: the run.
        model: the model that the stage trains a part of.
        stage: the stage.
        max_to_keep: how many of the newest are kept.

    Raises:
        ValueError: for a damaged `best.json`.
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
        self._least = self._read_score()

    def resume(self) -> bool:
        """Restores the newest checkpoint that is whole, if there is one.

        Raises:
            DamagedCheckpoints: where there are some, and none can be read.
        """
        folder = self._folder.checkpoints(self._stage.name, "newest")
        count = len(self._model.variables)
        path = _restore_whole(self._newest.checkpoint, [folder], count)
        return path is not None

    @property
    def newest(self) -> str:
        """Path of the newest checkpoint, for a sentence that names it."""
        return self._newest.latest_checkpoint or "not there yet"

    def save(self) -> None:
        """Keeps the present state as the newest.

        Raises:
            OSError: where it cannot be written; earlier ones stay.
        """
        self._write(self._newest)

    def _write(self, manager: tf.train.CheckpointManager) -> None:
        step = int(self._stage.step.numpy())
        try:
            manager.save(checkpoint_number=step)
        except (tf.errors.OpError, OSError) as error:
            reason = str(error).splitlines()[0]
            raise OSError(
                f"The checkpoint of step {step} cannot be written to "
                f"{manager.directory} ({reason}); the last good one is "
                f"{self.newest}. Once there is room, the "
                "same command goes on."
            ) from error

    def save_if_best(self, loss: float) -> None:
        """Keeps the present weights if no earlier ones had a lower loss.

        Weights whose loss is not finite are never the best. Where the model
        is to keep its last weights, the present ones always are.
        """
        if self._model.config.keep == "best" and not self._is_best(loss):
            return
        step = int(self._stage.step.numpy())
        self._write(self._best)
        self._least = loss if math.isfinite(loss) else math.inf
        score = {"loss": loss if math.isfinite(loss) else None, "step": step}
        write_file(self._score_file, json.dumps(score))

    def _is_best(self, loss: float) -> bool:
        return math.isfinite(loss) and loss < self._least

    def _read_score(self) -> float:
        """The loss of the best weights so far."""
        if not self._score_file.exists():
            return math.inf
        try:
            loss = json.loads(self._score_file.read_text())["loss"]
            return math.inf if loss is None else float(loss)
        except UNREADABLE as error:
            raise ValueError(
                f"{self._score_file} is damaged ({describe(error)}); write "
                '{"loss": 0.5} into it with the validation loss of the best '
                "weights, or remove it, and the next ones are the best."
            ) from error


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

    Raises:
        DamagedCheckpoints: where there are some, and none can be read.
        ValueError: for one of another model.
    """
    return _restore_whole(
        tf.train.Checkpoint(model=_bundle(model.variables)),
        [folder.checkpoints(stage, kind) for kind in ("best", "newest")],
        len(model.variables),
    )


def _restore_whole(
    checkpoint: tf.train.Checkpoint,
    folders: Sequence[pathlib.Path],
    count: int,
) -> str | None:
    """Restores the first folder's newest checkpoint that can be read.

    It must be of a model of `count` variables. The files are looked at
    themselves: TensorFlow keeps a list of them, and takes a damaged list for
    an empty one.
    """
    found = [
        index
        for folder in folders
        for index in sorted(
            folder.glob("ckpt-*.index"), key=_step_of, reverse=True
        )
    ]
    for index in found:
        path = str(index.with_suffix(""))
        try:
            _check_count(path, count)
            checkpoint.restore(path).expect_partial()
            return path
        except (tf.errors.OpError, IndexError) as error:
            # The reader calls a broken index an OpError and nothing more.
            broken_index = type(error) is tf.errors.OpError
            if not (broken_index or isinstance(error, DAMAGE)):
                raise
            reason = str(error).splitlines()[0]
            say(f"{path} is damaged and passed over ({reason})")
    if found:
        raise DamagedCheckpoints(
            f"None of the checkpoints in {', '.join(map(str, folders))} can "
            "be read; restore one from a copy, or remove the folder "
            f"{folders[0].parent} to train that stage anew."
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
