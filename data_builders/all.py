"""Registers all builders of this package in tfds."""

from mipae_tf.data_builders.bouncing_shapes import (
    bouncing_shapes_dataset_builder as bouncing_shapes,
)
from mipae_tf.data_builders.dsprites_dynamic import (
    dsprites_dynamic_dataset_builder as dsprites_dynamic,
)
from mipae_tf.data_builders.dsprites_static import (
    dsprites_static_dataset_builder as dsprites_static,
)
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
from mipae_tf.data_builders.moving_mnist_on_cifar10 import (
    moving_mnist_on_cifar10_dataset_builder as moving_mnist_on_cifar10,
)
from mipae_tf.data_builders.mpi3d_video import (
    mpi3d_video_dataset_builder as mpi3d_video,
)
from mipae_tf.data_builders.shapes3d_video import (
    shapes3d_video_dataset_builder as shapes3d_video,
)
from mipae_tf.data_builders.small_norb_video import (
    small_norb_video_dataset_builder as small_norb_video,
)
from mipae_tf.data_builders.sprites_lpc import (
    sprites_lpc_dataset_builder as sprites_lpc,
)
from mipae_tf.data_builders.video_folder import (
    video_folder_dataset_builder as video_folder,
)

__all__ = [
    "bouncing_shapes",
    "dsprites_dynamic",
    "dsprites_static",
    "kth_actions",
    "mocap_actions",
    "moving_dsprites",
    "moving_mnist",
    "moving_mnist_on_cifar10",
    "mpi3d_video",
    "shapes3d_video",
    "small_norb_video",
    "sprites_lpc",
    "video_folder",
]
