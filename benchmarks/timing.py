"""Shared by all benchmarks: timing, the machine, and the JSON line."""

import contextlib
import json
import os
import platform
import re
import statistics
import time
from collections.abc import Callable
from collections.abc import Mapping
from importlib import metadata
from typing import Any

import tensorflow as tf

from mipae_tf.training.strategies import CPU_INFO

VECTOR_EXTENSIONS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
MATRIX_SIZE = 2048  # of the matrix product that measures the machine


def in_turns(
    runs: Mapping[str, Callable[[], Any]], rounds: int = 5, warmup: int = 1
) -> dict[str, float]:
    """Median seconds of each run, measured in turns in every round.

    A temporary slowdown of the machine then affects all runs.

    Args:
        runs: functions to time; each must wait for its result.
        rounds: number of measurements of each.
        warmup: number of calls before the first measurement.
    """
    for _ in range(warmup):
        for run in runs.values():
            run()
    seconds = {name: [] for name in runs}
    for _ in range(rounds):
        for name, run in runs.items():
            began = time.perf_counter()
            run()
            seconds[name].append(time.perf_counter() - began)
    return {name: statistics.median(row) for name, row in seconds.items()}


def matrix_rate(dtype: tf.DType = tf.float32) -> float:
    """Floating-point operations per second of a large matrix product."""
    shape = [MATRIX_SIZE, MATRIX_SIZE]
    left = tf.cast(tf.random.stateless_normal(shape, [0, 0]), dtype)
    product = tf.function(lambda: tf.reduce_sum(left @ left))
    found = in_turns({"product": lambda: product().numpy()}, rounds=5)
    return 2 * MATRIX_SIZE**3 / found["product"]


def machine() -> dict[str, Any]:
    """The machine and the versions of packages."""
    gpus = tf.config.list_physical_devices("GPU")
    versions = {"python": platform.python_version()}
    for package in ("tensorflow", "keras", "numpy", "torch"):
        with contextlib.suppress(metadata.PackageNotFoundError):
            versions[package] = metadata.version(package)
    return {
        "cores": len(os.sched_getaffinity(0)),
        "gpus": len(gpus),
        "processor": _processor(),
        **versions,
    }


def _processor() -> str:
    """Name of the processor and its relevant vector instructions."""
    if not CPU_INFO.exists():
        return platform.processor() or platform.machine()
    text = CPU_INFO.read_text()
    name = re.search(r"model name\s*: (.*)", text)
    words = set(text.split())
    known = [word for word in VECTOR_EXTENSIONS if word in words]
    return f"{name[1] if name else platform.machine()} ({', '.join(known)})"


def report(benchmark: str, **figures: Any) -> None:
    """Prints one JSON line; floats to four digits."""
    rounded = {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in figures.items()
    }
    print(json.dumps({"benchmark": benchmark, **rounded, **machine()}))
