"""Learn what stays and what moves in video, and predict what comes next."""

import importlib
import os

from mipae_tf.keras_settings import choose_tensorflow
from mipae_tf.version import __version__

# TensorFlow leaves oneDNN's convolutions off on CPUs without AVX-512, where
# they make training 1.6 to 1.9 times faster. It reads this at its import.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
choose_tensorflow()

# Imported when they are first used, so that the version is there at once.
_MODULES = {
    "Clips": "mipae_tf.data",
    "EvaluationOptions": "mipae_tf.evaluation",
    "ForecastOptions": "mipae_tf.serving",
    "TrainingOptions": "mipae_tf.training",
    "compare_runs": "mipae_tf.comparison",
    "evaluate_run": "mipae_tf.evaluation",
    "export_run": "mipae_tf.serving",
    "forecast_video": "mipae_tf.serving",
    "load": "mipae_tf.runs",
    "open_clips": "mipae_tf.data",
    "train_model": "mipae_tf.training",
}
__all__ = ["__version__", *_MODULES]


def __getattr__(name: str):
    """One of `_MODULES`, which TensorFlow's import makes slow."""
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'mipae_tf' has no attribute {name!r}")
