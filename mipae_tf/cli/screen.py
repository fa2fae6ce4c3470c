"""What programs say: lines, progress, and how they end."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

# The time left in words, and room for a loss on eighty columns.
BAR = (
    "{desc} |{bar}| {n_fmt}/{total_fmt}, {remaining} left, "
    "{rate_noinv_fmt}{postfix}"
)


def say(text: str) -> None:
    """Prints a line to stderr, above any progress bar."""
    tqdm.write(text, file=sys.stderr)


class Progress:
    """How far a long task is: a bar on a terminal, lines elsewhere.

    Both tell the time left. That of the lines is an average over the task, of
    all but the first update, in which functions are compiled.

    Args:
        name: of the task.
        total: how many units of work it has.
        unit: a singular noun, such as step.
        done: units that were done before.

    Attributes:
        notes: what is shown beside the pace; a bar has room for the first.
    """

    def __init__(self, name: str, total: int, unit: str, done: int = 0) -> None:
        self.notes: Sequence[str] = ()
        self._name, self._total, self._unit = name, total, unit
        self._done = done
        self._started = self._spoken = time.monotonic()
        self._began: tuple[float, int] | None = None  # when, units done then
        self._bar = tqdm(
            desc=name,
            total=total,
            initial=done,
            unit=unit,
            bar_format=BAR,
            disable=None,
        )

    def update(self, count: int = 1) -> None:
        """Counts units that have been done."""
        self._done += count
        now = time.monotonic()
        self._began = self._began or (now, self._done)
        self._annotate()
        self._bar.update(count)
        due = now - self._spoken >= _pause(now - self._started)
        if self._bar.disable and due and self._done < self._total:
            self._spoken = now
            say(self._line(now))

    def close(self, leave: bool = True) -> None:
        """Ends the bar, which stays on the screen if it is to be left."""
        self._bar.leave = leave
        self._annotate()
        self._bar.close()

    def _annotate(self) -> None:
        if self.notes:
            self._bar.set_postfix_str(self.notes[0], refresh=False)

    def _line(self, now: float) -> str:
        began, first = self._began
        parts = [f"{self._unit} {self._done} of {self._total}"]
        if self._done > first and now > began:
            pace = (self._done - first) / (now - began)
            left = (self._total - self._done) / pace
            number = f"{pace:.1f}" if pace >= 1 else f"{pace:.2g}"
            parts += [f"{number} {self._unit}s/s", f"{duration(left)} left"]
        return f"{self._name}: {', '.join([*parts, *self.notes])}"


def _pause(elapsed: float) -> float:
    """Seconds between two lines: ten at first, a minute after six minutes."""
    return min(max(10, elapsed / 6), 60)


def progress(items: Sequence, name: str, unit: str) -> Iterator[Any]:
    """The items, with a `Progress` that ends with them."""
    shown = Progress(name, len(items), unit)
    try:
        for item in items:
            yield item
            shown.update()
    finally:
        shown.close(leave=False)


def duration(seconds: float) -> str:
    """A time in words: 45 s, 2 min, 1 h 20 min."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@contextlib.contextmanager
def one_sentence(*refusals: type[Exception]) -> Iterator[None]:
    """Ends a program as its users expect.

    A refusal is one sentence on standard error and exit code 1. A reader that
    has gone, such as `head`, ends the program quietly, with the exit code of
    SIGPIPE. Characters that the screen's encoding lacks become question marks.

    Args:
        *refusals: what is raised where something cannot be done; an OSError is
            always one.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, where its errors are answered
    except BrokenPipeError:
        _drop_output()
        sys.exit(128 + signal.SIGPIPE)
    except (OSError, *refusals) as error:
        # TensorFlow's errors go on with where in the graph they arose.
        message = str(error).strip().partition("\n\n")[0]
        print("error:", " ".join(message.split()), file=sys.stderr)
        _flush_or_drop()
        sys.exit(1)


def _flush_or_drop() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()


def _drop_output() -> None:
    """Python flushes both streams at exit, and complains where it cannot."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
