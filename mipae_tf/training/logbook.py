"""Where training writes what it sees: TensorBoard, losses.jsonl, the screen."""

import sys
import time

import tensorflow as tf
from tensorboard.plugins.hparams import api as hparams
from tqdm import tqdm

from mipae_tf.cli.screen import say
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.training.watchdog import Watchdog


class Logbook:
    """The records of one stage of one run.

    A progress bar is shown on a terminal, a line every so often elsewhere.

    Args:
        folder: the run.
        stage: the stage that is trained.
    """

    def __init__(self, folder: RunFolder, stage: Stage) -> None:
        self._folder, self._stage = folder, stage
        self.writer = tf.summary.create_file_writer(
            str(folder.logs / stage.name)
        )
        start = int(stage.step.numpy())
        folder.forget_losses_after(stage.name, start)
        self._bar = tqdm(
            desc=stage.name,
            total=stage.total_steps,
            initial=start,
            unit="step",
            disable=not sys.stderr.isatty(),
        )
        self._spoken = 0.0
        self._watchdog = Watchdog(stage, self.writer)

    def write_hyperparameters(self, values: dict) -> None:
        """Fills TensorBoard's HParams page."""
        plain = {k: v for k, v in values.items() if v is not None}
        with self.writer.as_default():
            hparams.hparams(
                {
                    k: v if isinstance(v, bool | int | float) else str(v)
                    for k, v in plain.items()
                }
            )

    def advance(self, steps: int) -> None:
        """Moves the progress bar."""
        self._bar.update(steps)

    def write(self, group: str, values: dict[str, float]) -> None:
        """Records numbers of the present step.

        Args:
            group: training or validation.
            values: by name.
        """
        step = int(self._stage.step.numpy())
        with self.writer.as_default(step=step):
            for name, value in values.items():
                tf.summary.scalar(f"{group}/{name}", value)
        row = {"stage": self._stage.name, "step": step, "group": group}
        self._folder.append_losses({**row, **values})
        text = "  ".join(f"{k} {v:.4g}" for k, v in values.items())
        if group == "training":
            self._bar.set_postfix_str(text)
        self._say(f"{self._stage.name} {step} {group}: {text}")

    def look(self, losses: dict[str, float]) -> None:
        """Warns of what has stopped to learn, see `Watchdog.look`."""
        self._watchdog.look(losses)

    def close(self) -> None:
        """Flushes everything."""
        self._bar.close()
        self.writer.close()

    def _say(self, line: str) -> None:
        """Off a terminal, a line every ten seconds is enough."""
        if self._bar.disable and time.time() - self._spoken > 10:
            say(line)
            self._spoken = time.time()
