"""Builds that are interrupted, in real processes."""

import os
import pathlib
import resource
import signal
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parents[2]
NAME = "moving_dsprites/quickstart"
TINY = (
    "--width=4",
    "--batch_size=4",
    "--representation_steps=2",
    "--dynamics_steps=2",
    "--forecast_steps=0",
)


def _started(folder: pathlib.Path, limit=None) -> subprocess.Popen:
    return subprocess.Popen(
        [
            *(sys.executable, "-m", "mipae_tf.train", f"--dataset={NAME}"),
            *(f"--data_dir={folder}", f"--run_dir={folder}/run", *TINY),
        ],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=limit,
    )


def _in_the_middle(process: subprocess.Popen) -> None:
    """Waits for the first line that counts clips."""
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("building: clip"):
            return
    raise AssertionError("".join(said))


@pytest.mark.slow
def test_an_interrupted_build_is_repeated_by_the_same_command(tmp_path):
    config = tmp_path / NAME
    for number, left in (
        (signal.SIGKILL, 1),  # nobody can remove it then
        (signal.SIGTERM, 0),
        (signal.SIGINT, 0),
    ):
        process = _started(tmp_path, _stopped_by_ctrl_c)
        _in_the_middle(process)
        process.send_signal(number)
        said = process.communicate()[0]
        assert process.returncode in (-number, 128 + number), said
        assert "Traceback" not in said
        found = [path.name for path in config.glob("*")]
        # What a killed process has left is removed by the next one.
        assert len(found) == left, found
        assert all(name.startswith("incomplete.") for name in found)
    process = _started(tmp_path)
    said = process.communicate()[0]
    assert process.returncode == 0, said
    (built,) = config.iterdir()
    assert not built.name.startswith("incomplete.")
    assert not any(built.glob(".*"))


@pytest.mark.slow
def test_a_full_disk_leaves_nothing(tmp_path):
    """A limit on the size of files stands in for the full disk."""
    process = _started(tmp_path, _no_large_files)
    said = process.communicate()[0]
    assert process.returncode == 1, said
    assert "Traceback" not in said
    assert "(File too large); make room there" in said
    assert not (tmp_path / "moving_dsprites").exists()


def _stopped_by_ctrl_c() -> None:
    """Shells ignore SIGINT in commands in the background."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _no_large_files() -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
