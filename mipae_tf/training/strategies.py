"""Devices, threads, and strategies by the names that `--strategy` takes."""

import contextlib
import os
import pathlib
import platform

import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.limits import require_between
from mipae_tf.training.tf_config import require_tf_config
from mipae_tf.training.tf_config import without_tf_config

NAMES = ("auto", "none", "mirrored", "multi_worker")
PRECISIONS = ("float32", "mixed_bfloat16")
CPU_INFO = pathlib.Path("/proc/cpuinfo")


def make_strategy(name: str = "auto") -> tf.distribute.Strategy:
    """A strategy; make the model inside its scope.

    Args:
        name: `none` (one device), `mirrored` (all devices of this machine),
            `multi_worker` (all machines in the environment's TF_CONFIG), or
            `auto`: mirrored where there are several GPUs, else none.

    Raises:
        ValueError: for another name, or for `multi_worker` where TF_CONFIG is
            unset or wrong. The other strategies do not look at it.
    """
    if name not in NAMES:
        raise ValueError(
            f"--strategy={name} is unknown; allowed are {', '.join(NAMES)}."
        )
    if name == "multi_worker":  # first: it must come before any device is used
        require_tf_config()
        return tf.distribute.MultiWorkerMirroredStrategy()
    gpus = tf.config.list_logical_devices("GPU")
    if name == "auto":
        name = "mirrored" if len(gpus) > 1 else "none"
    if name == "none":
        return tf.distribute.get_strategy()
    devices = gpus or tf.config.list_logical_devices("CPU")
    with without_tf_config():
        return tf.distribute.MirroredStrategy([d.name for d in devices])


@contextlib.contextmanager
def precision(name: str):
    """Within it, networks are made that compute in this precision.

    Weights stay float32, and so do codes, critic scores, losses and frames.

    Args:
        name: `float32`, or `mixed_bfloat16`.

    Raises:
        ValueError: for another name.
    """
    if name not in PRECISIONS:
        raise ValueError(
            f"--precision={name} is unknown; allowed are "
            f"{', '.join(PRECISIONS)}."
        )
    with keras_defaults(name):
        yield


def emulates_bfloat16(cpu_info: pathlib.Path = CPU_INFO) -> bool:
    """Whether this is an x86 processor without products in bfloat16.

    TensorFlow's kernels emulate them slowly there, what XLA compiles does not
    (docs/speed.md). False with a GPU, and where it cannot be told.
    """
    if tf.config.list_physical_devices("GPU") or not cpu_info.exists():
        return False
    words = set(cpu_info.read_text().split())
    return "sse2" in words and not words & {"avx512_bf16", "amx_bf16"}


def device_name(
    strategy: tf.distribute.Strategy, cpu_info: pathlib.Path = CPU_INFO
) -> str:
    """What this process trains on: its GPUs, or the CPU and its cores.

    Of a CPU those cores are counted that the process may use.
    """
    gpus = tf.config.get_visible_devices("GPU")
    if gpus:
        used = gpus[: strategy.num_replicas_in_sync]
        names = [
            tf.config.experimental.get_device_details(gpu).get(
                "device_name", "GPU"
            )
            for gpu in used
        ]
        return ", ".join(names)
    cores = os.cpu_count()
    if hasattr(os, "sched_getaffinity"):  # not on every system
        cores = len(os.sched_getaffinity(0))
    model = platform.processor() or platform.machine()
    lines = cpu_info.read_text().splitlines() if cpu_info.exists() else []
    for line in lines:
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            model = value.strip()
            break
    return f"{model}, {cores} core{'' if cores == 1 else 's'}"


def set_threads(intra_op: int | None) -> None:
    """Shares the cores among operations; call before TensorFlow runs any.

    Small networks are made of operations too short to be split: on two cores,
    one thread for each operation and two operations at a time make the steps
    of a width-16 model 1.8 times as fast as TensorFlow's default.

    Args:
        intra_op: threads for one operation. None: 1 where there is no GPU,
            TensorFlow's own choice where there is one.

    Raises:
        ValueError: for a number below 1 or above 1,024.
    """
    if intra_op is None:
        if tf.config.list_physical_devices("GPU"):
            return
        intra_op = 1
    require_between("intra_op_threads", intra_op, 1, 1_024)
    tf.config.threading.set_intra_op_parallelism_threads(intra_op)
