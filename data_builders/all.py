"""Registers all builders of this package in tfds."""

from mipae_tf.data_builders.bouncing_shapes import (
    bouncing_shapes_dataset_builder as bouncing_shapes,
)
from mipae_tf.data_builders.kth_actions import (
    kth_actions_dataset_builder as kth_actions,
)
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_mnist import (
    moving_mnist_dataset_builder as moving_mnist,
)
from mipae_tf.data_builders.video_folder import (
    video_folder_dataset_builder as video_folder,
)

__all__ = [
    "bouncing_shapes",
    "kth_actions",
    "moving_dsprites",
    "moving_mnist",
    "video_folder",
]
