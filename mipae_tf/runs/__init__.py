"""Run folders: settings, checkpoints, and loading of models."""

from mipae_tf.runs.folder import RunFolder
from mipae_tf.runs.load import load
from mipae_tf.runs.settings import RunSettings

__all__ = ["RunFolder", "RunSettings", "load"]
