"""A few steps under TensorBoard's profiler."""

import contextlib
import pathlib

import tensorflow as tf

from mipae_tf.cli.screen import say


class Profile:
    """Starts and stops the profiler where training passes by.

    Args:
        span: first and last step watched, counted from 1; None for none.
        folder: where TensorBoard finds it, the run's `logs`.
    """

    def __init__(
        self, span: tuple[int, int] | None, folder: pathlib.Path
    ) -> None:
        self.span, self.folder = span, folder
        self._running = False

    def steps(self, step: int, wanted: int) -> int:
        """How many steps to make at once after `step`, `wanted` at most.

        One within the span, so that each is marked by itself.
        """
        if self.span is None or step >= self.span[1]:
            return wanted
        ahead = self.span[0] - 1 - step
        return min(wanted, ahead) if ahead > 0 else 1

    @contextlib.contextmanager
    def watch(self, step: int):
        """Around the call that makes the steps after `step`."""
        if self.span is None or not self.span[0] <= step + 1 <= self.span[1]:
            yield
            return
        if not self._running:
            tf.profiler.experimental.start(str(self.folder))
            self._running = True
        with tf.profiler.experimental.Trace("train", step_num=step + 1, _r=1):
            yield
        if step + 1 == self.span[1]:
            self.stop()

    def stop(self) -> None:
        """Writes what was seen, if anything is being watched."""
        if self._running:
            tf.profiler.experimental.stop()
            self._running = False
            say(f"profile of steps {self.span[0]} to {self.span[1]} written")
