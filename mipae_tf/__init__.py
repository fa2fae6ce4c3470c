"""Learn what stays and what moves in video, and predict what comes next."""

from mipae_tf.version import __version__

__all__ = ["__version__", "load"]


def __getattr__(name: str):
    """`mipae_tf.load` without TensorFlow's import time for the version."""
    if name == "load":
        from mipae_tf.runs import load

        return load
    raise AttributeError(f"module 'mipae_tf' has no attribute {name!r}")
