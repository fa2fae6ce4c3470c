"""SavedModels that need nothing of this library."""

from mipae_tf.serving.export import export

__all__ = ["export"]
