"""Warnings about collapsed parts of a model."""

import tensorflow as tf

from mipae_tf.cli.screen import say
from mipae_tf.models import Stage

PATIENCE_STEPS = 1_000  # until which a loss must have risen above its floor


class Watchdog:
    """Compares losses with the floors of a stage.

    In the first `PATIENCE_STEPS` steps, there is no warning for a loss that
    has never been above its floor.

    Args:
        stage: the stage.
        writer: TensorBoard writer.
    """

    def __init__(self, stage: Stage, writer: tf.summary.SummaryWriter) -> None:
        self.stage, self.writer = stage, writer
        self._low: set[str] = set()
        self._risen: set[str] = set()

    def check(self, losses: dict[str, float]) -> list[str]:
        """Warns of each loss that has fallen below its floor since last time.

        Args:
            losses: mean losses by name.

        Returns:
            The warnings.
        """
        step, warnings = int(self.stage.step.numpy()), []
        for name, (floor, meaning) in self.stage.FLOORS.items():
            if name not in losses:  # all steps were undone
                continue
            value = losses[name]
            if value >= floor:
                self._low.discard(name)
                self._risen.add(name)
            elif name in self._low:
                continue
            elif name in self._risen or step >= PATIENCE_STEPS:
                self._low.add(name)
                warnings.append(
                    f"{self.stage.name} step {step}: {name} is {value:.2g}, "
                    f"below {floor:g}: {meaning}"
                )
        for warning in warnings:
            say(f"warning: {warning}")
            with self.writer.as_default(step=step):
                tf.summary.text("warnings", warning)
        return warnings
