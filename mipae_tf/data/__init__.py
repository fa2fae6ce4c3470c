"""From tfds clips to batches of frames for training."""

from mipae_tf.data.batches import batches
from mipae_tf.data.clips import Clips
from mipae_tf.data.datasets import open_clips
from mipae_tf.data_builders.factors import Factor

__all__ = ["Clips", "Factor", "batches", "open_clips"]
