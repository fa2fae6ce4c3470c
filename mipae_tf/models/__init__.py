"""One file for each system, beside the interface that all of them share."""

from mipae_tf.models.base import VideoModel
from mipae_tf.models.latent import Latent
from mipae_tf.models.registry import MODELS
from mipae_tf.models.registry import make_model
from mipae_tf.models.registry import model_class
from mipae_tf.models.stage import Stage

__all__ = [
    "MODELS",
    "Latent",
    "Stage",
    "VideoModel",
    "make_model",
    "model_class",
]
