"""Logs of training: TensorBoard, losses.jsonl and the screen."""

import tensorflow as tf

from mipae_tf.cli.screen import Progress
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.training.watchdog import Watchdog

LOG_FOLDERS = {"training": "train", "validation": "validation"}


class Logbook:
    """Logs the training of one stage.

    The screen shows the step, the losses and the remaining time of this
    stage, see `Progress`, and the PSNR of forecasts once it is known.

    Args:
        folder: the folder of the run.
        stage: the stage that is trained.
        place: number of the stage, such as "1 of 2".
    """

    def __init__(
        self, folder: RunFolder, stage: Stage, place: str = "1 of 1"
    ) -> None:
        self._folder, self._stage = folder, stage
        # Both have the same tags, so that TensorBoard draws one chart of each.
        self.writers = {
            group: tf.summary.create_file_writer(
                str(folder.logs / stage.name / name)
            )
            for group, name in LOG_FOLDERS.items()
        }
        start = int(stage.step.numpy())
        folder.remove_losses_after(stage.name, start)
        self._progress = Progress(
            f"{stage.name} ({place})", stage.total_steps, "step", start
        )
        self._losses: dict[str, float] = {}
        self._psnr: list[str] = []
        self._watchdog = Watchdog(stage, self.writers["training"])

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
        with self.writers[group].as_default(step=step):
            for name, value in values.items():
                tf.summary.scalar(name, value)
        row = {"stage": self._stage.name, "step": step, "group": group}
        self._folder.append_losses({**row, **values})
        if "loss" in values:  # missing if all steps were undone
            name = "loss" if group == "training" else f"{group} loss"
            self._losses[name] = values["loss"]
        if "forecast_psnr" in values:
            psnr, copied = values["forecast_psnr"], values["copy_last_psnr"]
            self._psnr = [f"PSNR {psnr:.1f} (copy {copied:.1f})"]
        losses = [f"{name} {value:.4g}" for name, value in self._losses.items()]
        self._progress.notes = [*self._psnr, *losses]

    def check_losses(self, losses: dict[str, float]) -> None:
        """Warns of collapsed parts of the model, see `Watchdog.check`."""
        self._watchdog.check(losses)

    def close(self) -> None:
        """Closes the progress bar and the TensorBoard writers."""
        self._progress.close()
        for writer in self.writers.values():
            writer.close()
