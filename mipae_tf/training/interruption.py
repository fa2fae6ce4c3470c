"""Stopping of training by signals, between two steps."""

import signal
from types import FrameType
from typing import Any

from mipae_tf.cli.screen import say_in_handler


class Interrupted(KeyboardInterrupt):
    """Training was stopped by a signal, and everything is saved.

    Not an `Exception`, so that handlers of errors do not catch it.

    Attributes:
        number: number of the signal.
    """

    def __init__(self, number: int | None, place: str) -> None:
        # None if another worker received it: all stop at the same step.
        self.number = signal.SIGTERM if number is None else number
        super().__init__(
            f"stopped by {signal.Signals(self.number).name} at {place}; "
            "everything is saved, and the same command resumes training"
        )


class Interruption:
    """Context manager that handles SIGTERM and SIGINT during training.

    The first signal is recorded, so that the current steps can be finished and
    saved. A second one has its usual effect at once.

    Attributes:
        number: number of the received signal, or None.
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
        except ValueError:  # only the main thread can handle signals
            self._before = {}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}

    def _remember(self, number: int, frame: FrameType | None) -> None:
        self.number = number
        say_in_handler(
            f"{signal.Signals(number).name} received: saving after the current "
            "steps; send it again to stop without saving"
        )
        self.__exit__()
