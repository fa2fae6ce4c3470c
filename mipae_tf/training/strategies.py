"""Distribution strategies, precision, devices and threads."""

import contextlib
import os
import pathlib
import platform

import tensorflow as tf

from mipae_tf.keras_settings import keras_defaults
from mipae_tf.limits import require_between
from mipae_tf.training.tf_config import require_tf_config
from mipae_tf.training.tf_config import without_tf_config

STRATEGY_NAMES = ("auto", "none", "mirrored", "multi_worker")
PRECISIONS = ("float32", "mixed_bfloat16")
CPU_INFO = pathlib.Path("/proc/cpuinfo")


def make_strategy(name: str = "auto") -> tf.distribute.Strategy:
    """Creates a strategy; the model must be created in its scope.

    Args:
        name: `none` (one device), `mirrored` (all devices of this machine),
            `multi_worker` (all machines in the environment variable
            TF_CONFIG), or `auto`: mirrored with several GPUs, otherwise none.

    Raises:
        ValueError: if the name is unknown, or if TF_CONFIG is unset or invalid
            for `multi_worker`. Other strategies ignore TF_CONFIG.
    """
    if name not in STRATEGY_NAMES:
        raise ValueError(
            f"--strategy={name} is unknown; allowed are "
            f"{', '.join(STRATEGY_NAMES)}."
        )
    if name == "multi_worker":  # must be created before any device is used
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
    """Context manager that sets the precision of networks created in it.

    Weights, codes, critic scores, losses and frames are always float32.

    Args:
        name: `float32` or `mixed_bfloat16`.

    Raises:
        ValueError: if the name is unknown.
    """
    if name not in PRECISIONS:
        raise ValueError(
            f"--precision={name} is unknown; allowed are "
            f"{', '.join(PRECISIONS)}."
        )
    with keras_defaults(name):
        yield


def emulates_bfloat16(cpu_info: pathlib.Path = CPU_INFO) -> bool:
    """Whether this is an x86 processor without bfloat16 instructions.

    The kernels of TensorFlow then emulate bfloat16, which is slow; code
    compiled by XLA is not affected (docs/speed.md). False with a GPU, and if
    it is not known.
    """
    if tf.config.list_physical_devices("GPU") or not cpu_info.exists():
        return False
    words = set(cpu_info.read_text().split())
    return "sse2" in words and not words & {"avx512_bf16", "amx_bf16"}


def device_name(
    strategy: tf.distribute.Strategy, cpu_info: pathlib.Path = CPU_INFO
) -> str:
    """Name of the GPUs of this process, or of the CPU and its cores.

    Only the cores that the process may use are counted.
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
    if hasattr(os, "sched_getaffinity"):  # not available on all systems
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
    """Sets the number of threads per operation.

    Must be called before TensorFlow runs an operation. The operations of small
    networks are too short to be split: on two cores, one thread per operation
    and two parallel operations make the steps of a width-16 model 1.8 times as
    fast as the default of TensorFlow.

    Args:
        intra_op: threads per operation. If None, 1 without a GPU, and the
            default of TensorFlow with one.

    Raises:
        ValueError: if the number is below 1 or above 1,024.
    """
    if intra_op is None:
        if tf.config.list_physical_devices("GPU"):
            return
        intra_op = 1
    require_between("intra_op_threads", intra_op, 1, 1_024)
    tf.config.threading.set_intra_op_parallelism_threads(intra_op)
