"""Profiling of a few training steps."""

import contextlib
import pathlib

import tensorflow as tf

from mipae_tf.cli.screen import say


class Profile:
    """Runs the TensorBoard profiler for a span of steps.

    Args:
        span: first and last step to profile, counted from 1; None for none.
        folder: folder of the TensorBoard logs.
    """

    def __init__(
        self, span: tuple[int, int] | None, folder: pathlib.Path
    ) -> None:
        self.span, self.folder = span, folder
        self._running = False

    def max_steps(self, step: int, wanted: int) -> int:
        """The number of steps that may follow `step` in one call.

        At most `wanted`, and 1 within the span, so that each step has its own
        trace.
        """
        if self.span is None or step >= self.span[1]:
            return wanted
        ahead = self.span[0] - 1 - step
        return min(wanted, ahead) if ahead > 0 else 1

    @contextlib.contextmanager
    def trace(self, step: int):
        """Context manager around the call that runs the steps after `step`."""
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
        """Stops the profiler and writes the profile, if it is running."""
        if self._running:
            tf.profiler.experimental.stop()
            self._running = False
            say(f"profile of steps {self.span[0]} to {self.span[1]} written")
