"""What all benchmarks share: timing in turns, the machine, one JSON line."""

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

VECTORS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")
SIDE = 2048  # rows and columns of the product that measures the machine


def in_turns(
    runs: Mapping[str, Callable[[], Any]], rounds: int = 5, warmup: int = 1
) -> dict[str, float]:
    """Median seconds of each, measured one after another in every round.

    Whatever slows the machine down for a while then slows all of them.

    Args:
        runs: what to time; each must wait for its own result.
        rounds: measurements of each.
        warmup: calls before the first measurement.
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
    """Floating-point operations a second of a large matrix product."""
    left = tf.cast(tf.random.stateless_normal([SIDE, SIDE], [0, 0]), dtype)
    product = tf.function(lambda: tf.reduce_sum(left @ left))
    found = in_turns({"product": lambda: product().numpy()}, rounds=5)
    return 2 * SIDE**3 / found["product"]


def machine() -> dict[str, Any]:
    """What the figures were taken on, and with."""
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
    """Its name, and those of its vector instructions that matter here."""
    if not CPU_INFO.exists():
        return platform.processor() or platform.machine()
    text = CPU_INFO.read_text()
    name = re.search(r"model name\s*: (.*)", text)
    words = set(text.split())
    known = [word for word in VECTORS if word in words]
    return f"{name[1] if name else platform.machine()} ({', '.join(known)})"


def report(benchmark: str, **figures: Any) -> None:
    """Prints one JSON line; floats to four digits."""
    rounded = {
        name: float(f"{value:.4g}") if isinstance(value, float) else value
        for name, value in figures.items()
    }
    print(json.dumps({"benchmark": benchmark, **rounded, **machine()}))
