"""Logs of training: TensorBoard, losses.jsonl and the screen."""

import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams

from mipae_tf.cli.screen import Progress
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.training.watchdog import Watchdog


class Logbook:
    """Logs the training of one stage.

    The screen shows the step, the losses and the remaining time of this
    stage, see `Progress`.

    Args:
        folder: the folder of the run.
        stage: the stage that is trained.
        place: number of the stage, such as "1 of 2".
    """

    def __init__(
        self, folder: RunFolder, stage: Stage, place: str = "1 of 1"
    ) -> None:
        self._folder, self._stage = folder, stage
        self.writer = tf.summary.create_file_writer(
            str(folder.logs / stage.name)
        )
        start = int(stage.step.numpy())
        folder.remove_losses_after(stage.name, start)
        self._progress = Progress(
            f"{stage.name} ({place})", stage.total_steps, "step", start
        )
        self._losses: dict[str, float] = {}
        self._watchdog = Watchdog(stage, self.writer)

    def write_hyperparameters(self, values: dict) -> None:
        """Writes the hyper-parameters for the HParams tab of TensorBoard."""
        plain = {k: v for k, v in values.items() if v is not None}
        with self.writer.as_default():
            hparams.hparams(
                {
                    k: v if isinstance(v, bool | int | float) else str(v)
                    for k, v in plain.items()
                }
            )

    def update_progress(self, steps: int) -> None:
        """Adds completed steps to the progress on the screen."""
        self._progress.update(steps)

    def write(self, group: str, values: dict[str, float]) -> None:
        """Logs values of the current step.

        Args:
            group: training or validation.
            values: values by name.
        """
        step = int(self._stage.step.numpy())
        with self.writer.as_default(step=step):
            for name, value in values.items():
                tf.summary.scalar(f"{group}/{name}", value)
        row = {"stage": self._stage.name, "step": step, "group": group}
        self._folder.append_losses({**row, **values})
        if "loss" in values:  # missing if all steps were undone
            name = "loss" if group == "training" else f"{group} loss"
            self._losses[name] = values["loss"]
        self._progress.notes = [
            f"{name} {value:.4g}" for name, value in self._losses.items()
        ]

    def check_losses(self, losses: dict[str, float]) -> None:
        """Warns of collapsed parts of the model, see `Watchdog.check`."""
        self._watchdog.check(losses)

    def close(self) -> None:
        """Closes the progress bar and the TensorBoard writer."""
        self._progress.close()
        self.writer.close()
