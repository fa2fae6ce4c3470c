"""Signals that ask training to stop, answered between two steps."""

import signal
from types import FrameType
from typing import Any

from mipae_tf.cli.screen import say


class Interrupted(KeyboardInterrupt):
    """Training was asked to stop, and stopped with everything saved.

    No `Exception`: what goes on after errors must not go on after this.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int | None, place: str) -> None:
        # Another worker was asked, and all stop at the same step.
        self.number = signal.SIGTERM if number is None else number
        super().__init__(
            f"stopped by {signal.Signals(self.number).name} at {place}; "
            "everything is saved, the same command goes on"
        )


class Interruption:
    """Takes SIGTERM and SIGINT while training runs.

    The first one is remembered, so that the present steps can be finished and
    saved; a second one does at once what it would have done without this.

    Attributes:
        number: of the signal that came, None as long as none did.
    """

    SIGNALS = (signal.SIGTERM, signal.SIGINT)

    def __init__(self) -> None:
        self.number: int | None = None
        self._before: dict[int, Any] = {}

    def __enter__(self) -> "Interruption":
        self.number = None
        try:
            self._before = {
                number: signal.signal(number, self._remember)
                for number in self.SIGNALS
                if signal.getsignal(number) != signal.SIG_IGN
            }
        except ValueError:  # not the main thread: signals are not ours
            self._before = {}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        say(
            f"{signal.Signals(number).name}: saving after the present steps; "
            "once more to stop without"
        )
        self.__exit__()
