"""The models, one folder per family, and the interface that they share."""

from mipae_tf.models.base import VideoModel
from mipae_tf.models.context import Context
from mipae_tf.models.evidence import Evidence
from mipae_tf.models.latent import Latent
from mipae_tf.models.registry import MODELS
from mipae_tf.models.registry import build_model
from mipae_tf.models.registry import config_class
from mipae_tf.models.registry import make_model
from mipae_tf.models.registry import register
from mipae_tf.models.stage import Stage

__all__ = [
    "MODELS",
    "Context",
    "Evidence",
    "Latent",
    "Stage",
    "VideoModel",
    "build_model",
    "config_class",
    "make_model",
    "register",
]
