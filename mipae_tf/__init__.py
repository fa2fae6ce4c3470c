"""Learn what stays and what moves in video, and predict what comes next."""

import os

from mipae_tf.keras_settings import choose_tensorflow
from mipae_tf.version import __version__

# TensorFlow leaves oneDNN's convolutions off on CPUs without AVX-512, where
# they make training 1.6 to 1.9 times faster. It reads this at its import.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
choose_tensorflow()

__all__ = ["__version__", "load"]


def __getattr__(name: str):
    """`mipae_tf.load` without TensorFlow's import time for the version."""
    if name == "load":
        from mipae_tf.runs import load

        return load
    raise AttributeError(f"module 'mipae_tf' has no attribute {name!r}")
