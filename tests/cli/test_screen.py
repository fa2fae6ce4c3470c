import os
import pathlib
import subprocess
import sys

import pytest

from mipae_tf.cli import screen as console

ROOT = pathlib.Path(__file__).parents[1]


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


def test_lines_tell_the_pace_and_the_time_left(clock, capsys):
    shown = console.Progress("dynamics", 1_500, "step", done=100)
    clock.now = 30.0  # the first steps take long: they are compiled
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


def test_lines_become_rarer(clock, capsys):
    shown = console.Progress("training", 3_600, "step")
    for clock.now in range(3_600):
        shown.update()
    lines = capsys.readouterr().err.splitlines()
    steps = [int(line.split()[2]) for line in lines]
    assert steps[:3] == [11, 21, 31]
    assert steps[-1] - steps[-2] == 60
    assert len(lines) < 80


def test_slow_paces_keep_their_digits(clock, capsys):
    shown = console.Progress("encoding", 7, "piece")
    for clock.now in (1.0, 41.0):
        shown.update()
    clock.now = 1_000.0
    shown.update(5)  # the end is told by what follows
    assert capsys.readouterr().err.splitlines() == [
        "encoding: piece 2 of 7, 0.025 pieces/s, 3 min left"
    ]


def test_short_tasks_say_nothing_off_a_terminal(clock, capsys):
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


def test_a_refusal_is_one_sentence(capsys):
    with pytest.raises(SystemExit) as ended, console.one_sentence(KeyError):
        raise KeyError("no\n  such key\n\nDetected at node\nx")
    assert ended.value.code == 1
    said = capsys.readouterr()
    assert said.out == "" and said.err.count("\n") == 1
    assert said.err.startswith("error: ") and "such key" in said.err


def test_other_errors_pass():
    with pytest.raises(TypeError), console.one_sentence(ValueError):
        raise TypeError("a fault of the program")


def run(code, shell="%s", **environment):
    """Code and output of a program, `%s` in the shell's command."""
    code = f"from mipae_tf.cli.screen import one_sentence\nimport sys\n{code}"
    command = ["sh", "-c", shell % '"$0" -c "$1"', sys.executable, code]
    env = {**os.environ, "PYTHONPATH": str(ROOT), **environment}
    env.pop("PYTHONUNBUFFERED", None)  # what is left to flush is the point
    done = subprocess.run(command, capture_output=True, env=env)
    return done.returncode, done.stdout, done.stderr


def test_a_reader_that_goes_ends_it_quietly():
    code = "with one_sentence(): print('a line\\n' * 100_000)"
    done = run(code, "{ %s; echo $? >&2; } | head -1")
    assert done == (0, b"a line\n", b"141\n")


def test_a_reader_that_is_gone_ends_it_quietly():
    code = (
        "import select\nwith one_sentence():\n"
        "  gone = select.poll(); gone.register(1, 0); gone.poll()\n"
        "  print('a line')"
    )
    assert run(code, "{ %s; echo $? >&2; } | true") == (0, b"", b"141\n")


def test_a_full_disk_is_told_once():
    code = "with one_sentence(): print('a line')"
    assert run(code, "%s >/dev/full") == (
        1,
        b"",
        b"error: [Errno 28] No space left on device\n",
    )


def test_characters_that_the_screen_lacks_are_replaced():
    code = (
        "with one_sentence(ValueError):\n  print('±')\n  raise ValueError('±')"
    )
    assert run(code, PYTHONIOENCODING="ascii") == (
        1,
        b"?\n",
        b"error: ?\n",
    )
