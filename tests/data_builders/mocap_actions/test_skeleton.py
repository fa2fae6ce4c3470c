import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.mocap_actions.actions_config import ACTIONS
from mipae_tf.data_builders.mocap_actions.motion import JOINTS
from mipae_tf.data_builders.mocap_actions.package_files import package_folder
from mipae_tf.data_builders.mocap_actions.package_files import read_package
from mipae_tf.data_builders.mocap_actions.skeleton import read_skeleton

pytest.importorskip("pybullet_data", reason="needs mipae_tf[mocap]")


def _places(action: str, legs: float = 1) -> dict[str, np.ndarray]:
    """Places of the points over the keyframes, by name."""
    skeleton, motions = read_package()
    rotations = motions[action].rotations
    places = skeleton.place(rotations, np.full(len(rotations), legs))
    return dict(zip(skeleton.points, places.transpose(1, 0, 2)))


def _length(places: dict, a: str, b: str) -> np.ndarray:
    return np.linalg.norm(places[a] - places[b], axis=-1)


@pytest.mark.parametrize("action", ACTIONS)
def test_bones_are_rigid_and_the_same_on_both_sides(action):
    places = _places(action)
    bones = [("hip", "knee"), ("knee", "ankle"), ("ankle", "toe")]
    bones += [("shoulder", "elbow"), ("elbow", "wrist")]
    metres = [0.4215, 0.4099, 0.1315, 0.2748, 0.2589]
    for (a, b), length in zip(bones, metres):
        for side in ("right", "left"):
            found = _length(places, f"{side}_{a}", f"{side}_{b}")
            np.testing.assert_allclose(found, length, atol=1e-4)
    np.testing.assert_allclose(_length(places, "chest", "neck"), 0.2239, 1e-3)


def test_longer_legs_lengthen_the_legs_only():
    plain, long = _places("walk"), _places("walk", legs=1.2)
    for a, b, share in (
        ("left_hip", "left_knee", 1.2),
        ("right_knee", "right_ankle", 1.2),
        ("right_hip", "left_hip", 1),
        ("left_shoulder", "left_elbow", 1),
        ("right_ankle", "right_toe", 1),
    ):
        np.testing.assert_allclose(
            _length(long, a, b), share * _length(plain, a, b)
        )


def test_a_knee_is_bent_by_its_angle():
    motion, places = read_package().motions["run"], _places("run")
    thigh = places["right_knee"] - places["right_hip"]
    shin = places["right_ankle"] - places["right_knee"]
    along = (thigh * shin).sum(-1) / 0.421546 / 0.409870
    knee = motion.rotations[:, JOINTS.index("right_knee")]
    np.testing.assert_allclose(
        np.arccos(along), 2 * np.arccos(np.abs(knee[:, 3])), atol=1e-2
    )


def test_feet_are_on_the_ground_when_walking():
    motion, places = read_package().motions["walk"], _places("walk")
    lowest = np.min([places[p][:, 1] for p in places], axis=0)
    np.testing.assert_allclose(lowest + motion.roots[:, 1], 0.03, atol=0.03)


def test_the_places_are_those_of_pybullet():
    p = pytest.importorskip("pybullet")
    client = p.connect(p.DIRECT)
    try:
        body = p.loadURDF(
            str(package_folder() / "humanoid" / "humanoid.urdf"),
            globalScaling=0.25,
            useFixedBase=True,
            flags=p.URDF_MAINTAIN_LINK_ORDER,
        )
        links = {
            p.getJointInfo(body, n)[12].decode(): n
            for n in range(p.getNumJoints(body))
        }
        motion, places = read_package().motions["spinkick"], _places("spinkick")
        for key in (0, 20, 50):
            pose = dict(zip(JOINTS, motion.rotations[key]))
            p.resetBasePositionAndOrientation(body, [0, 0, 0], pose["root"])
            for name in JOINTS[1:]:
                hinge = name.endswith(("knee", "elbow"))
                angle = 2 * np.arctan2(pose[name][2], pose[name][3])
                value = [angle] if hinge else pose[name].tolist()
                p.resetJointStateMultiDof(body, links[name], value)
            for name in (*JOINTS[1:], "right_wrist", "left_wrist"):
                state = p.getLinkState(
                    body, links[name], computeForwardKinematics=True
                )
                np.testing.assert_allclose(
                    places[name][key], state[4], atol=1e-5, err_msg=name
                )
    finally:
        p.disconnect(client)


def test_another_file_is_refused(tmp_path):
    path = epath.Path(tmp_path / "humanoid.urdf")
    for text in ("<robot>", "<robot></robot>", "no xml"):
        path.write_text(text)
        with pytest.raises(ValueError, match="humanoid.urdf is not the hum"):
            read_skeleton(path)
    path.unlink()
    with pytest.raises(ValueError, match="humanoid.urdf is not the humanoid"):
        read_skeleton(path)
