"""Registers all builders of this package in tfds."""

from mipae_tf.data_builders.kth_actions import (
    kth_actions_dataset_builder as kth_actions,
)
from mipae_tf.data_builders.mocap_actions import (
    mocap_actions_dataset_builder as mocap_actions,
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
    "kth_actions",
    "mocap_actions",
    "moving_dsprites",
    "moving_mnist",
    "video_folder",
]
