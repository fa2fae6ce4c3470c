"""The skeleton of the humanoid of pybullet, and where its points are."""

import dataclasses
from xml.etree import ElementTree

import numpy as np
from etils import epath
from mipae_tf.data_builders.mocap_actions.motion import JOINTS
from scipy.spatial.transform import Rotation

_UNIT = 0.25  # metres per unit of the file, as in the examples of pybullet
# Points that are not joints: the joint that moves them, and metres.
_EXTRA = {
    "waist": ("root", (0.0, 0.08, 0.0)),
    "head": ("neck", (0.0, 0.175, 0.0)),
    "hair": ("neck", (-0.03, 0.205, 0.0)),
    "right_heel": ("right_ankle", (-0.02, -0.02, 0.0)),
    "right_toe": ("right_ankle", (0.13, -0.02, 0.0)),
    "left_heel": ("left_ankle", (-0.02, -0.02, 0.0)),
    "left_toe": ("left_ankle", (0.13, -0.02, 0.0)),
}
_LEG_BONES = ("right_knee", "right_ankle", "left_knee", "left_ankle")


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """Points of a body, each moved by a joint.

    Attributes:
        points: Names: all `JOINTS` in their order, then other points.
        parents: For each point, the index of the joint that moves it; -1 for
            the root.
        offsets: For each point, its place relative to that joint in metres,
            `[points, 3]`.
    """

    points: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: np.ndarray

    def place(self, rotations: np.ndarray, legs: np.ndarray) -> np.ndarray:
        """Places of the points relative to the root (forward kinematics).

        Args:
            rotations: Rotation of each joint relative to its parent, unit
                quaternions `[frames, joints, 4]`.
            legs: Length of the legs relative to the file, `[frames]`.

        Returns:
            Metres, `[frames, points, 3]`.
        """
        count = len(rotations)
        turns = Rotation.from_quat(rotations.reshape(-1, 4)).as_matrix()
        turns = turns.reshape(count, -1, 3, 3)  # [frames, joints, 3, 3]
        offsets = np.tile(self.offsets, (count, 1, 1))  # [frames, points, 3]
        bones = [self.points.index(bone) for bone in _LEG_BONES]
        offsets[:, bones] *= legs[:, None, None]
        places = np.zeros_like(offsets)
        for point, parent in enumerate(self.parents):
            if parent >= 0:
                step = turns[:, parent] @ offsets[:, point, :, None]
                places[:, point] = places[:, parent] + step[..., 0]
                if point < len(JOINTS):
                    turns[:, point] = turns[:, parent] @ turns[:, point]
        return places


def read_skeleton(path: epath.Path) -> Skeleton:
    """Reads the skeleton from the URDF file of the humanoid.

    Args:
        path: The file.

    Returns:
        The skeleton.

    Raises:
        ValueError: If the file cannot be read or has other joints.
    """
    try:
        text = path.read_text().rstrip("\0 \n")  # the file ends with a NUL
        joints = ElementTree.fromstring(text).findall("joint")
        parents = {j.get("name"): j.find("parent").get("link") for j in joints}
        offsets = {j.get("name"): _numbers(j.find("origin")) for j in joints}
        parents = {name: parents[name] for name in (*JOINTS, *parents)}
    except (OSError, ElementTree.ParseError, AttributeError, KeyError) as error:
        raise ValueError(
            f"{path} is not the humanoid of pybullet ({error}); reinstall "
            "pybullet."
        ) from error
    for name, (parent, offset) in _EXTRA.items():
        parents[name], offsets[name] = parent, offset
    return Skeleton(
        tuple(parents),
        tuple(
            JOINTS.index(parent) if parent in JOINTS else -1
            for parent in parents.values()
        ),
        np.array([offsets[name] for name in parents]),
    )


def _numbers(origin: ElementTree.Element) -> np.ndarray:
    return _UNIT * np.array(origin.get("xyz").split(), np.float64)
