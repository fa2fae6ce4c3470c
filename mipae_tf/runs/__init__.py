"""The folder of a run: what it is, its checkpoints, and the way back."""

from mipae_tf.runs.folder import RunFolder
from mipae_tf.runs.load import load
from mipae_tf.runs.settings import RunSettings

__all__ = ["RunFolder", "RunSettings", "load"]
