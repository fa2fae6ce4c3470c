"""Learn what stays and what moves in video, and predict what comes next."""

import importlib
import os

from mipae_tf.keras_settings import choose_tensorflow
from mipae_tf.version import __version__

# On CPUs without AVX-512, TensorFlow does not use oneDNN by default, although
# it makes training 1.6 to 1.9 times faster. It must be set before the import.
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")
choose_tensorflow()

# Imported at first use, so that importing the version is fast.
_MODULES = {
    "Clips": "mipae_tf.data",
    "EvaluationOptions": "mipae_tf.evaluation",
    "ForecastOptions": "mipae_tf.serving",
    "TrainingOptions": "mipae_tf.training",
    "compare_runs": "mipae_tf.comparison",
    "evaluate_run": "mipae_tf.evaluation",
    "export_run": "mipae_tf.serving",
    "forecast_video": "mipae_tf.serving",
    "generate_video": "mipae_tf.serving",
    "load": "mipae_tf.runs",
    "open_clips": "mipae_tf.data",
    "train_model": "mipae_tf.training",
}
__all__ = ["__version__", *_MODULES]


def __getattr__(name: str):
    """Imports one of `_MODULES` at its first use."""
    if name in _MODULES:
        return getattr(importlib.import_module(_MODULES[name]), name)
    raise AttributeError(f"module 'mipae_tf' has no attribute {name!r}")
