"""Trains a small model under repeated SIGTERM, and monitors its memory.

python -m benchmarks.soak --minutes=30 --every=180

The same training command is started repeatedly, and stopped by a signal each
time. Memory and open files of the process are recorded every few seconds.
`memory_growth` is the largest ratio, over all processes, of the memory at the
end to that half-way; `files_growth` is the largest difference of open files;
`drift` is the memory at the end of the last process divided by that of the
first.
"""

import pathlib
import signal
import subprocess
import sys
import tempfile
import time

from absl import app
from absl import flags

from benchmarks.timing import report
from mipae_tf.cli.path_flag import define_path

MINUTES = flags.DEFINE_float("minutes", 30, "Total duration.")
EVERY = flags.DEFINE_float("every", 180, "Seconds between signals.")
DATA_DIR = define_path("data_dir", None, "Data folder of tfds.")
MIN_SECONDS = 90.0  # start-up and compilation take at most half of it
POLL_SECONDS = 5.0


def live(command: list[str], seconds: float) -> list[tuple[float, int, int]]:
    """Runs one process; returns (seconds, MiB, open files) of its 2nd half."""
    worker = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    process, began, seen = pathlib.Path(f"/proc/{worker.pid}"), time.time(), []
    while worker.poll() is None and time.time() - began < seconds:
        time.sleep(POLL_SECONDS)
        status = (process / "status").read_text()
        memory = status.partition("VmRSS:")[2].split(maxsplit=1)[0]
        files = len(list((process / "fd").iterdir()))
        seen.append((time.time() - began, int(memory) // 1024, files))
    worker.send_signal(signal.SIGTERM)
    code = worker.wait(120)
    if code != 128 + signal.SIGTERM:
        raise RuntimeError(f"the training ended with code {code}")
    return seen[len(seen) // 2 :]


def main(_) -> None:
    """Prints the JSON line."""
    ends, lives = time.time() + 60 * MINUTES.value, []
    with tempfile.TemporaryDirectory() as folder:
        command = [
            sys.executable,
            "-m",
            "mipae_tf.train",
            "--flagfile=configs/quickstart.cfg",
            f"--run_dir={folder}/run",
            f"--data_dir={DATA_DIR.value or folder}",
            "--representation_steps=1000000",
            "--validate_every=100",
        ]
        while ends - time.time() > MIN_SECONDS:
            lives.append(live(command, min(EVERY.value, ends - time.time())))
    report(
        "soak",
        memory_growth=max(life[-1][1] / life[0][1] for life in lives),
        drift=lives[-1][-1][1] / lives[0][-1][1],
        files_growth=max(life[-1][2] - life[0][2] for life in lives),
        memory_mib=[[life[0][1], life[-1][1]] for life in lives],
        files=[[life[0][2], life[-1][2]] for life in lives],
        interruptions=len(lives),
        minutes=MINUTES.value,
    )


if __name__ == "__main__":
    app.run(main)
