import json

import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.mocap_actions.actions_config import ACTIONS
from mipae_tf.data_builders.mocap_actions.motion import JOINTS
from mipae_tf.data_builders.mocap_actions.motion import angle_z
from mipae_tf.data_builders.mocap_actions.motion import read_motion
from mipae_tf.data_builders.mocap_actions.motion import turned_z
from mipae_tf.data_builders.mocap_actions.package_files import package_folder
from mipae_tf.data_builders.mocap_actions.package_files import read_package
from scipy.spatial.transform import Rotation

pytest.importorskip("pybullet_data", reason="needs mipae_tf[mocap]")


def _path(action: str) -> epath.Path:
    return package_folder() / "data" / "motions" / f"humanoid3d_{action}.txt"


def _angles(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Degrees between rotations."""
    along = np.abs((a * b).sum(-1)).clip(0, 1)
    return np.degrees(2 * np.arccos(along))


def test_keyframes_are_those_of_the_file():
    frames = np.array(json.loads(_path("kick").read_text())["Frames"])
    motion = read_motion(_path("kick"))
    times = np.concatenate([[0], np.cumsum(frames[:-1, 0])])
    assert motion.duration == times[-1] == pytest.approx(1.533, abs=1e-3)
    pose = motion.pose(times)
    for joint, column in (("right_knee", 20), ("left_elbow", 43)):
        angle = angle_z(pose[:, JOINTS.index(joint)])
        np.testing.assert_allclose(angle, frames[:, column], atol=1e-9)
    hip = frames[:, [17, 18, 19, 16]]
    hip /= np.linalg.norm(hip, axis=1, keepdims=True)
    assert _angles(pose[:, JOINTS.index("right_hip")], hip).max() < 1e-4
    np.testing.assert_allclose(motion.path(times), frames[:, 1:4], atol=1e-12)


def test_the_sign_of_a_quaternion_has_no_effect(tmp_path):
    content = json.loads(_path("walk").read_text())
    for frame in content["Frames"][7:30:2]:
        frame[4:8] = [-value for value in frame[4:8]]
    path = epath.Path(tmp_path / "walk.txt")
    path.write_text(json.dumps(content))
    seconds = np.linspace(0, 1.27, 50)
    found, wanted = (
        read_motion(p).pose(seconds) for p in (path, _path("walk"))
    )
    assert _angles(found, wanted).max() < 1e-4


@pytest.mark.parametrize("action", ["backflip", "roll", "spin", "walk"])
def test_closing_a_loop_moves_a_keyframe_by_at_most_the_gap(action):
    motion = read_package().motions[action]
    frames = np.array(json.loads(_path(action).read_text())["Frames"])
    root = np.roll(frames[:, 4:8], -1, axis=1)
    root /= np.linalg.norm(root, axis=1, keepdims=True)
    gap = _angles(root[0], root[-1])
    moved = _angles(motion.rotations[:, 0], root)
    assert (moved <= gap * motion.times / motion.duration + 1).all()


def test_between_keyframes_a_joint_is_between():
    motion = read_motion(_path("walk"))
    middle = (motion.times[:-1] + motion.times[1:]) / 2
    pose = motion.pose(middle)
    whole = _angles(motion.rotations[:-1], motion.rotations[1:])
    np.testing.assert_allclose(
        _angles(motion.rotations[:-1], pose), whole / 2, atol=1e-3
    )


@pytest.mark.parametrize("action", ACTIONS)
def test_a_loop_repeats_without_a_jump(action):
    motion = read_package().motions[action]
    assert motion.loops == (action[:5] not in ("getup", "kick", "punch"))
    if not motion.loops:
        return
    ends = motion.pose(np.array([0, motion.duration]))
    assert _angles(ends[0], ends[1]).max() < 1e-3
    step = motion.times[1]
    around = motion.path(motion.duration + step * np.array([-1, 0, 1]))
    before, after = np.diff(around, axis=0)
    assert np.linalg.norm(after - before) < 0.05  # metres
    assert around[1, 1] == pytest.approx(motion.roots[0, 1])


def test_the_second_cycle_starts_where_the_first_ends():
    motion = read_package().motions["walk"]
    path = motion.path(np.array([0.2, 0.2 + motion.duration]))
    np.testing.assert_allclose(
        path[1] - path[0], motion.roots[-1] - motion.roots[0], atol=1e-9
    )
    assert path[1, 0] - path[0, 0] > 1  # a metre forward


def test_turning_about_z_adds_to_the_angle():
    rng = np.random.default_rng(0)
    rotations = rng.normal(size=(50, 4))
    rotations /= np.linalg.norm(rotations, axis=1, keepdims=True)
    turned = turned_z(rotations, np.full(50, 0.3))
    added = (angle_z(turned) - angle_z(rotations)) % (2 * np.pi)
    np.testing.assert_allclose(added, 0.3)
    first, then = (
        Rotation.from_rotvec([0, 0, 0.3]),
        Rotation.from_quat(rotations),
    )
    assert _angles(turned, (then * first).as_quat()).max() < 1e-4


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text[:5000], "Expecting"),
        (lambda text: text.replace("wrap", "twist"), "twist"),
        (lambda text: text.replace('"Frames"', '"Poses"'), "Frames"),
        (
            lambda text: json.dumps({"Loop": "none", "Frames": [[0.1] * 44]}),
            "shape",
        ),
        (
            lambda text: json.dumps(
                {"Loop": "none", "Frames": [[0.1] * 43] * 3}
            ),
            "shape",
        ),
        (
            lambda text: json.dumps(
                {"Loop": "none", "Frames": [[0.0] * 44] * 3}
            ),
            "duration",
        ),
        (lambda text: "[1]", "list indices"),
    ],
)
def test_a_damaged_file_is_named(tmp_path, change, message):
    path = epath.Path(tmp_path / "humanoid3d_walk.txt")
    path.write_text(change(_path("walk").read_text()))
    with pytest.raises(ValueError, match="humanoid3d_walk.txt is not") as error:
        read_motion(path)
    assert message in str(error.value)
    path.unlink()
    with pytest.raises(ValueError, match="humanoid3d_walk.txt is not"):
        read_motion(path)
