"""The newest and best checkpoints of a stage."""

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

# Errors of reading a checkpoint that is truncated, changed or incomplete.
DAMAGE_ERRORS = (
    tf.errors.DataLossError,
    tf.errors.OutOfRangeError,
    tf.errors.NotFoundError,
    IndexError,
)


class DamagedCheckpoints(ValueError):
    """There are checkpoints, but none of them can be read."""


class StageCheckpoints:
    """Saves and restores the state of a stage.

    The newest checkpoint contains the model and everything needed to resume:
    optimizers, step and running means. A second one contains only the model,
    with the weights to keep: the best by validation loss, or the last.

    Args:
        folder: the folder of the run.
        model: the model that contains the networks of the stage.
        stage: the stage.
        max_to_keep: number of newest checkpoints to keep.

    Raises:
        ValueError: if `best.json` is damaged.
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
                model=_checkpoint_of(model.variables),
                stage=_checkpoint_of(stage.state()),
            ),
            str(folder.checkpoints(stage.name, "newest")),
            max_to_keep=max_to_keep,
            step_counter=stage.step,
        )
        self._best = tf.train.CheckpointManager(
            tf.train.Checkpoint(model=_checkpoint_of(model.variables)),
            str(folder.checkpoints(stage.name, "best")),
            max_to_keep=1,
            step_counter=stage.step,
        )
        self._score_file = folder.checkpoints(stage.name, "best.json")
        self._best_loss = self._read_score()

    def resume(self) -> bool:
        """Restores the newest checkpoint that can be read, if there is one.

        Raises:
            DamagedCheckpoints: if there are checkpoints, but none can be read.
        """
        folder = self._folder.checkpoints(self._stage.name, "newest")
        count = len(self._model.variables)
        path = _restore_newest(self._newest.checkpoint, [folder], count)
        return path is not None

    @property
    def newest(self) -> str:
        """Path of the newest checkpoint, for messages."""
        return self._newest.latest_checkpoint or "missing"

    def save(self) -> None:
        """Saves the current state as the newest checkpoint.

        Raises:
            OSError: if it cannot be written; earlier checkpoints are kept.
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
                f"{self.newest}; free some space and run the same command to "
                "resume."
            ) from error

    def save_if_best(self, loss: float) -> None:
        """Saves the current weights if their loss is the lowest so far.

        Weights with a loss that is not finite are never the best. If the model
        keeps its last weights (`keep="last"`), they are always saved.
        """
        if self._model.config.keep == "best" and not self._is_best(loss):
            return
        step = int(self._stage.step.numpy())
        self._write(self._best)
        self._best_loss = loss if math.isfinite(loss) else math.inf
        score = {"loss": loss if math.isfinite(loss) else None, "step": step}
        write_file(self._score_file, json.dumps(score))

    def _is_best(self, loss: float) -> bool:
        return math.isfinite(loss) and loss < self._best_loss

    def _read_score(self) -> float:
        """The lowest validation loss so far."""
        if not self._score_file.exists():
            return math.inf
        try:
            loss = json.loads(self._score_file.read_text())["loss"]
            return math.inf if loss is None else float(loss)
        except UNREADABLE as error:
            raise ValueError(
                f"{self._score_file} is damaged ({describe(error)}); replace "
                'its content by {"loss": 0.5}, with the validation loss of the '
                "best weights, or remove it, so that the next weights are the "
                "best."
            ) from error


def restore_stage_weights(
    folder: RunFolder, model: VideoModel, stage: str
) -> str | None:
    """Restores the weights that a stage has kept.

    Args:
        folder: the folder of the run.
        model: the model to restore.
        stage: name of the stage.

    Returns:
        Path of the checkpoint, or None if the stage has none.

    Raises:
        DamagedCheckpoints: if there are checkpoints, but none can be read.
        ValueError: if the checkpoint is of another model.
    """
    return _restore_newest(
        tf.train.Checkpoint(model=_checkpoint_of(model.variables)),
        [folder.checkpoints(stage, kind) for kind in ("best", "newest")],
        len(model.variables),
    )


def _restore_newest(
    checkpoint: tf.train.Checkpoint,
    folders: Sequence[pathlib.Path],
    count: int,
) -> str | None:
    """Restores the newest readable checkpoint, the first folder first.

    The model of the checkpoint must have `count` variables. The files are
    searched for, because TensorFlow treats a damaged list of checkpoints as an
    empty one.
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
            # For a damaged index, the error is of the base class OpError.
            broken_index = type(error) is tf.errors.OpError
            if not (broken_index or isinstance(error, DAMAGE_ERRORS)):
                raise
            reason = str(error).splitlines()[0]
            say(f"{path} is damaged and skipped ({reason})")
    if found:
        raise DamagedCheckpoints(
            f"None of the checkpoints in {', '.join(map(str, folders))} can "
            "be read; restore one from a backup, or remove the folder "
            f"{folders[0].parent} to train that stage again."
        )
    return None


def _step_of(index: pathlib.Path) -> int:
    return int(index.stem.rpartition("-")[2])


def _check_count(path: str, wanted: int) -> None:
    """Raises a ValueError if the checkpoint is of another model."""
    stored = tf.train.load_checkpoint(path).get_variable_to_shape_map()
    count = sum(name.startswith("model/v") for name in stored)
    if count != wanted:
        raise ValueError(
            f"{path} has {count} variables, but this model has {wanted}."
        )


def _checkpoint_of(variables: Sequence) -> tf.train.Checkpoint:
    """A checkpoint of variables, named by their order.

    tf.train.Checkpoint does not track lists of layers in Keras 3 layers: for a
    model, it would silently omit those weights.
    """
    return tf.train.Checkpoint(
        **{f"v{i:04d}": variable for i, variable in enumerate(variables)}
    )
