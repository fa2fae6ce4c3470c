"""Distribution strategies by the names that `--strategy` takes."""

import tensorflow as tf

NAMES = ("auto", "none", "mirrored", "multi_worker")


def make_strategy(name: str = "auto") -> tf.distribute.Strategy:
    """A strategy; make the model inside its scope.

    Args:
        name: `none` (one device), `mirrored` (all devices of this machine),
            `multi_worker` (all machines in the environment's TF_CONFIG), or
            `auto`: mirrored where there are several GPUs, else none.

    Raises:
        ValueError: for another name.
    """
    if name not in NAMES:
        raise ValueError(
            f"--strategy={name} is unknown; allowed are {', '.join(NAMES)}."
        )
    gpus = tf.config.list_logical_devices("GPU")
    if name == "auto":
        name = "mirrored" if len(gpus) > 1 else "none"
    if name == "none":
        return tf.distribute.get_strategy()
    if name == "multi_worker":
        return tf.distribute.MultiWorkerMirroredStrategy()
    devices = gpus or tf.config.list_logical_devices("CPU")
    return tf.distribute.MirroredStrategy([device.name for device in devices])
