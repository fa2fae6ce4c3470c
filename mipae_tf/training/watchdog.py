"""Says when a part of a model has stopped to learn."""

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.models import Stage

PATIENCE = 1_000  # steps in which a loss may rise above its floor


class Watchdog:
    """Compares losses with the floors that a stage names.

    A loss that never was above its floor is nothing to warn of in the first
    `PATIENCE` steps.

    Args:
        stage: what is watched.
        writer: of TensorBoard's text page.
    """

    def __init__(self, stage: Stage, writer: tf.summary.SummaryWriter) -> None:
        self.stage, self.writer = stage, writer
        self._low: set[str] = set()
        self._risen: set[str] = set()

    def look(self, losses: dict[str, float]) -> list[str]:
        """Warns of each loss that fell below its floor since the last look.

        Args:
            losses: means by name.

        Returns:
            The warnings, as they were said.
        """
        step, warnings = int(self.stage.step.numpy()), []
        for name, (floor, meaning) in self.stage.FLOORS.items():
            if name not in losses:  # every step was undone
                continue
            value = losses[name]
            if value >= floor:
                self._low.discard(name)
                self._risen.add(name)
            elif name in self._low:
                continue
            elif name in self._risen or step >= PATIENCE:
                self._low.add(name)
                warnings.append(
                    f"{self.stage.name} {step}: {name} is {value:.2g}, below "
                    f"{floor:g}: {meaning}"
                )
        for warning in warnings:
            say(f"warning: {warning}")
            with self.writer.as_default(step=step):
                tf.summary.text("warnings", warning)
        return warnings
