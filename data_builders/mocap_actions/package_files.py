"""Finds and reads the files of the installed pybullet package."""

import functools
import importlib.util
from typing import NamedTuple

from etils import epath
from mipae_tf.data_builders.mocap_actions.actions_config import ACTIONS
from mipae_tf.data_builders.mocap_actions.motion import Motion
from mipae_tf.data_builders.mocap_actions.motion import read_motion
from mipae_tf.data_builders.mocap_actions.skeleton import Skeleton
from mipae_tf.data_builders.mocap_actions.skeleton import read_skeleton


class PackageFiles(NamedTuple):
    """What is read from the package.

    Attributes:
        skeleton: The humanoid.
        motions: Motions by the name of the action.
    """

    skeleton: Skeleton
    motions: dict[str, Motion]


def package_folder() -> epath.Path:
    """The folder of the data of the installed pybullet package.

    Raises:
        ValueError: If pybullet is not installed.
    """
    spec = importlib.util.find_spec("pybullet_data")
    if spec is None:
        raise ValueError(
            "mocap_actions reads its motions from the package pybullet, which "
            "is not installed; install it with: pip install mipae_tf[mocap]"
        )
    return epath.Path(spec.origin).parent


@functools.cache
def read_package() -> PackageFiles:
    """Reads the skeleton and all motions, once per process.

    Raises:
        ValueError: If pybullet is not installed, or a file is missing or
            damaged.
    """
    folder = package_folder()
    clips = folder / "data" / "motions"
    return PackageFiles(
        read_skeleton(folder / "humanoid" / "humanoid.urdf"),
        {
            name: read_motion(clips / f"humanoid3d_{name}.txt")
            for name in ACTIONS
        },
    )
