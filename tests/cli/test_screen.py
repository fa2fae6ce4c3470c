import os
import pathlib
import subprocess
import sys

import pytest

from mipae_tf.cli import screen as console

ROOT = pathlib.Path(__file__).parents[2]


@pytest.fixture
def clock(monkeypatch):
    """A clock that a test sets: `clock.now = 10`."""

    class Clock:
        now = 0.0

        def monotonic(self):
            return self.now

    clock = Clock()
    monkeypatch.setattr(console, "time", clock)
    return clock


def test_lines_show_the_speed_and_the_remaining_time(clock, capsys):
    shown = console.Progress("dynamics", 1_500, "step", done=100)
    clock.now = 30.0  # the first steps are slow, as they are compiled
    shown.update(10)
    shown.notes = ["loss 0.5", "validation loss 0.4"]
    for clock.now in (35.0, 39.9, 50.0):
        shown.update(40)
    shown.close()
    assert capsys.readouterr().err.splitlines() == [
        "dynamics: step 110 of 1500",
        "dynamics: step 230 of 1500, 6.0 steps/s, 4 min left, "
        "loss 0.5, validation loss 0.4",
    ]


def test_lines_become_less_frequent(clock, capsys):
    shown = console.Progress("training", 3_600, "step")
    for clock.now in range(3_600):
        shown.update()
    lines = capsys.readouterr().err.splitlines()
    steps = [int(line.split()[2]) for line in lines]
    assert steps[:3] == [11, 21, 31]
    assert steps[-1] - steps[-2] == 60
    assert len(lines) < 80


def test_low_speeds_have_two_digits(clock, capsys):
    shown = console.Progress("encoding", 7, "piece")
    for clock.now in (1.0, 41.0):
        shown.update()
    clock.now = 1_000.0
    shown.update(5)  # no line for the end
    assert capsys.readouterr().err.splitlines() == [
        "encoding: piece 2 of 7, 0.025 pieces/s, 3 min left"
    ]


def test_short_tasks_print_nothing_without_a_terminal(clock, capsys):
    assert list(console.progress("abc", "reading", "letter")) == list("abc")
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0.2, "0 s"),
        (59.4, "59 s"),
        (59.6, "1 min"),
        (3_570, "1 h 0 min"),
        (4_800, "1 h 20 min"),
    ],
)
def test_durations(seconds, text):
    assert console.duration(seconds) == text


def test_an_error_prints_one_sentence(capsys):
    with pytest.raises(SystemExit) as ended, console.exit_on_error(KeyError):
        raise KeyError("no\n  such key\n\nDetected at node\nx")
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert said.err.startswith("error: ") and "such key" in said.err


def test_other_errors_are_not_caught():
    with pytest.raises(TypeError), console.exit_on_error(ValueError):
        raise TypeError("a fault of the program")


def run(code, shell="%s", **environment):
    """Exit code and output of a program, which is `%s` in the command."""
    code = f"from mipae_tf.cli.screen import exit_on_error\nimport sys\n{code}"
    command = ["sh", "-c", shell % '"$0" -c "$1"', sys.executable, code]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    env.pop("PYTHONUNBUFFERED", None)  # the tests need buffered output
    done = subprocess.run(command, capture_output=True, env=env)
    return done.returncode, done.stdout, done.stderr


def test_a_reader_that_ends_first_is_not_an_error():
    code = "with exit_on_error(): print('a line\\n' * 100_000)"
    done = run(code, "{ %s; echo $? >&2; } | head -1")
    assert done == (0, b"a line\n", b"141\n")


def test_a_reader_that_has_ended_before_is_not_an_error():
    code = (
        "import select\nwith exit_on_error():\n"
        "  gone = select.poll(); gone.register(1, 0); gone.poll()\n"
        "  print('a line')"
    )
    assert run(code, "{ %s; echo $? >&2; } | true") == (0, b"", b"141\n")


def test_a_full_disk_gives_one_message():
    code = "with exit_on_error(): print('a line')"
    assert run(code, "%s >/dev/full") == (
        1,
        b"",
        b"error: [Errno 28] No space left on device\n",
    )


def test_characters_outside_the_encoding_are_replaced():
    code = (
        "with exit_on_error(ValueError):\n  print('±')\n  raise ValueError('±')"
    )
    assert run(code, PYTHONIOENCODING="ascii") == (
        1,
        b"?\n",
        b"error: ?\n",
    )


def test_a_missing_permission_names_the_path():
    code = (
        "with exit_on_error():\n"
        "  raise PermissionError(13, 'Permission denied', '/a/b')"
    )
    assert run(code) == (
        1,
        b"",
        b"error: There is no permission for /a/b; change its permissions, or "
        b"use another folder.\n",
    )


def test_a_handler_prints_while_a_line_is_printed(capfd, monkeypatch):
    """Python refuses to enter the buffer of a stream twice."""

    class Busy:
        def write(self, text):
            raise RuntimeError("reentrant call")

    with monkeypatch.context() as patch:
        patch.setattr(sys, "stderr", Busy())
        console.say_in_handler("SIGTERM received")
    console.say_in_handler("again")
    assert capfd.readouterr().err == "SIGTERM received\nagain\n"
