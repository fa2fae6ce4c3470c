"""Output of programs: messages, progress and errors."""

import contextlib
import os
import signal
import sys
import time
from collections.abc import Iterator
from collections.abc import Sequence
from typing import Any

from tqdm import tqdm

# The remaining time, with room for a loss in eighty columns.
BAR_FORMAT = (
    "{desc} |{bar}| {n_fmt}/{total_fmt}, {remaining} left, "
    "{rate_noinv_fmt}{postfix}"
)


def say(text: str) -> None:
    """Prints a line to standard error, above any progress bar."""
    tqdm.write(text, file=sys.stderr)


def say_in_handler(text: str) -> None:
    """As `say`, in a handler of a signal.

    The signal may have interrupted another `say`, whose stream cannot be
    entered again; the line is then written past it.
    """
    try:
        say(text)
    except RuntimeError:
        os.write(2, f"{text}\n".encode())


class Progress:
    """Shows the progress of a task: a bar on a terminal, otherwise lines.

    Both include the remaining time. For lines, it is based on the average speed
    after the first update, in which functions are compiled.

    Args:
        name: name of the task.
        total: total number of units of work.
        unit: name of a unit, such as step.
        done: number of units that are already done.

    Attributes:
        notes: texts to show after the speed; a bar shows only the first.
    """

    def __init__(self, name: str, total: int, unit: str, done: int = 0) -> None:
        self.notes: Sequence[str] = ()
        self._name, self._total, self._unit = name, total, unit
        self._done = done
        self._started = self._last_line = time.monotonic()
        # Time of the first update, and units done then.
        self._first_update: tuple[float, int] | None = None
        self._bar = tqdm(
            desc=name,
            total=total,
            initial=done,
            unit=unit,
            bar_format=BAR_FORMAT,
            disable=None,
        )

    def update(self, count: int = 1) -> None:
        """Adds completed units."""
        self._done += count
        now = time.monotonic()
        self._first_update = self._first_update or (now, self._done)
        self._annotate()
        self._bar.update(count)
        interval = _seconds_between_lines(now - self._started)
        due = now - self._last_line >= interval
        if self._bar.disable and due and self._done < self._total:
            self._last_line = now
            say(self._line(now))

    def close(self, leave: bool = True) -> None:
        """Closes the bar, and keeps it on the screen if `leave` is true."""
        self._bar.leave = leave
        self._annotate()
        self._bar.close()

    def _annotate(self) -> None:
        if self.notes:
            self._bar.set_postfix_str(self.notes[0], refresh=False)

    def _line(self, now: float) -> str:
        began, first = self._first_update
        parts = [f"{self._unit} {self._done} of {self._total}"]
        if self._done > first and now > began:
            speed = (self._done - first) / (now - began)
            left = (self._total - self._done) / speed
            number = f"{speed:.1f}" if speed >= 1 else f"{speed:.2g}"
            parts += [f"{number} {self._unit}s/s", f"{duration(left)} left"]
        return f"{self._name}: {', '.join([*parts, *self.notes])}"


def _seconds_between_lines(elapsed: float) -> float:
    """Seconds between two lines: 10 at first, 60 after six minutes."""
    return min(max(10, elapsed / 6), 60)


def progress(items: Sequence, name: str, unit: str) -> Iterator[Any]:
    """Iterates over items and shows the progress."""
    shown = Progress(name, len(items), unit)
    try:
        for item in items:
            yield item
            shown.update()
    finally:
        shown.close(leave=False)


def duration(seconds: float) -> str:
    """Formats a duration: 45 s, 2 min, 1 h 20 min."""
    if round(seconds) < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


@contextlib.contextmanager
def exit_on_error(*errors: type[Exception]) -> Iterator[None]:
    """Context manager that ends a program with a message if an error occurs.

    It prints the message to standard error and exits with code 1. If standard
    output is a pipe whose reader has ended, such as `head`, it exits silently
    with the code of SIGPIPE. Characters that the encoding of the screen lacks
    are replaced by question marks.

    Args:
        *errors: types of the errors, in addition to OSError.
    """
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="replace")
    try:
        try:
            yield
        finally:
            sys.stdout.flush()  # here, so that its errors are handled
    except BrokenPipeError:
        _drop_output()
        sys.exit(128 + signal.SIGPIPE)
    except (OSError, *errors) as error:
        # Errors of TensorFlow continue with their location in the graph.
        message = str(error).strip().partition("\n\n")[0]
        if isinstance(error, PermissionError) and error.filename:
            message = (
                f"There is no permission for {error.filename}; change its "
                "permissions, or use another folder."
            )
        print("error:", " ".join(message.split()), file=sys.stderr)
        _flush_or_drop()
        sys.exit(1)


def _flush_or_drop() -> None:
    try:
        sys.stdout.flush()
    except OSError:
        _drop_output()


def _drop_output() -> None:
    """Redirects both streams to null, since Python flushes them at exit."""
    null = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null, stream.fileno())
