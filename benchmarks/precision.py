"""Compares training in bfloat16 with training in float32.

python -m benchmarks.precision --seeds=3

Trains and evaluates a small model for each seed and precision, with the
commands of the library; with `--runs`, existing runs are resumed. XLA compiles
the steps, so that CPUs that emulate bfloat16 are not slowed down, and rounds
after every operation, as bfloat16 kernels do. Equivalence is tested with two
one-sided tests at 5 %: the 90 % interval of the difference of means (Welch)
must be within the margin of the metric in `MARGINS`. Each metric is the mean
over its keys there. `ratio` is the largest interval end divided by its margin;
below 1, the precisions are equivalent.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

import numpy as np
from absl import app
from absl import flags
from scipy import stats
from tqdm import tqdm

from benchmarks.timing import report
from mipae_tf.cli.path_flag import define_path

SEEDS = flags.DEFINE_integer("seeds", 3, "Runs in each precision.")
CLIPS = flags.DEFINE_integer("clips", 500, "Test clips.")
RUNS = define_path("runs", None, "Folder to keep the runs in.")
DATA_DIR = define_path("data_dir", None, "Data folder of tfds.")
OPTIONS = flags.DEFINE_list(
    "options",
    [
        "width=8",
        "batch_size=16",
        "representation_steps=5000",
        "dynamics_steps=2000",
        "xla",
    ],
    "Options of the small model besides configs/quickstart.cfg.",
)

# dB for PSNR, R² for positions, accuracy for shapes.
MARGINS = {
    "forecast": (0.5, ["prediction/psnr/forecast"]),
    "swap": (0.5, ["swap/psnr"]),
    "places": (
        0.05,
        [f"read/pose_from_pose/{axis}_{n}" for n in (0, 1) for axis in "xy"],
    ),
    "shapes": (
        0.05,
        [f"read/content_from_content/shape_{n}" for n in (0, 1)],
    ),
}


def call(program: str, *arguments: str) -> None:
    """Runs a program of the library; raises an error if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", f"mipae_tf.{program}", *arguments],
        capture_output=True,
        text=True,
        env=os.environ | {"XLA_FLAGS": "--xla_allow_excess_precision=false"},
    )
    if done.returncode:
        raise RuntimeError(f"{program} failed: {done.stderr[-2000:]}")


def learn(run: pathlib.Path, precision: str, seed: int) -> dict[str, float]:
    """Trains and evaluates; returns the mean of each group of metrics."""
    where = [f"--run_dir={run}"]
    if DATA_DIR.value:
        where.append(f"--data_dir={DATA_DIR.value}")
    call(
        "train",
        "--flagfile=configs/quickstart.cfg",
        f"--precision={precision}",
        f"--seed={seed}",
        *(f"--{option}" for option in OPTIONS.value),
        *where,
    )
    metrics = "--metrics=prediction,swap,leak"
    call("evaluate", metrics, f"--clips={CLIPS.value}", *where)
    found = json.loads((run / "metrics.json").read_text())
    return {
        name: float(np.mean([found[key]["value"] for key in keys]))
        for name, (_, keys) in MARGINS.items()
    }


def compare(name: str, found: dict[str, list[dict[str, float]]]) -> dict:
    """Difference of the means of one metric, bfloat16 minus float32."""
    low, full = (
        [row[name] for row in found[precision]]
        for precision in ("mixed_bfloat16", "float32")
    )
    test = stats.ttest_ind(low, full, equal_var=False)
    interval = test.confidence_interval(0.9)
    return {
        "float32": [round(value, 4) for value in full],
        "mixed_bfloat16": [round(value, 4) for value in low],
        "difference": round(float(np.mean(low) - np.mean(full)), 4),
        "interval": [round(float(interval.low), 4), round(interval.high, 4)],
        "margin": MARGINS[name][0],
    }


def main(_) -> None:
    """Prints the JSON line."""
    found = {"float32": [], "mixed_bfloat16": []}
    with tempfile.TemporaryDirectory() as aside:
        folder = pathlib.Path(RUNS.value or aside)
        for seed in tqdm(range(SEEDS.value), "seeds", disable=None):
            for precision, rows in found.items():
                run = folder / f"{precision}_seed{seed}"
                rows.append(learn(run, precision, seed))
    metrics = {name: compare(name, found) for name in MARGINS}
    report(
        "precision",
        ratio=max(
            float(np.max(np.abs(row["interval"]))) / row["margin"]
            for row in metrics.values()
        ),
        metrics=metrics,
        seeds=SEEDS.value,
        clips=CLIPS.value,
        options=OPTIONS.value,
    )


if __name__ == "__main__":
    app.run(main)
