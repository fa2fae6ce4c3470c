import pickle

import numpy as np
import pytest
from mipae_tf.data_builders.mocap_actions import people
from mipae_tf.data_builders.mocap_actions.actions_config import ACTIONS
from mipae_tf.data_builders.mocap_actions.actions_config import ActionsConfig
from mipae_tf.data_builders.mocap_actions.actions_scene import BENT
from mipae_tf.data_builders.mocap_actions.actions_scene import ActionsScene
from mipae_tf.data_builders.mocap_actions.motion import JOINTS
from mipae_tf.data_builders.mocap_actions.motion import angle_z

pytest.importorskip("pybullet_data", reason="needs mipae_tf[mocap]")

_WALK = ACTIONS.index("walk")


def _scene(**fields) -> ActionsScene:
    return ActionsScene(ActionsConfig("test", **fields))


@pytest.fixture(scope="module")
def clips() -> list[dict]:
    """One clip of every action, each with another person."""
    return [
        _scene(actions=(action,), num_frames=8).clip("train", index)[1]
        for index, action in enumerate(ACTIONS)
    ]


def _pose(scene, action, phase, **changed) -> dict[str, np.ndarray]:
    """The recorded pose at some phases, in the middle of the frame."""
    motion = scene.files.motions[ACTIONS[action]]
    rotations = motion.pose(phase / (2 * np.pi) * motion.duration)
    joints = [JOINTS.index(name) for name in BENT]
    pose = dict(zip(BENT, angle_z(rotations[:, joints]).T))
    pose |= {"action": np.full(len(phase), action), "phase": phase}
    pose |= {"root_x": np.full(len(phase), 31.0)}
    pose |= {"root_y": np.full(len(phase), 34.0)} | changed
    return pose


def _content(**changed) -> dict[str, np.ndarray]:
    content = {"shirt": 0, "trousers": 5, "skin": 3, "girth": 1, "legs": 1}
    content |= {"background": 1, "camera_yaw": 0.4, "camera_elevation": 0.1}
    return content | {"zoom": 0.9} | changed


def test_people_are_divided():
    parts = {s: set(people.people(s)) for s in ("train", "validation", "test")}
    assert len(parts["train"]) == 1536 and len(parts["test"]) == 768
    assert parts["validation"] == parts["train"]
    assert not parts["train"] & parts["test"]
    assert people.people("test")[:5].tolist() == [4, 8, 12, 13, 15]


@pytest.mark.parametrize("split", ["train", "validation", "test"])
def test_a_split_shows_its_people_in_all_actions(split):
    scene, sizes = _scene(num_frames=2), tuple(people.SIZES.values())
    actions = set()
    for index in range(70):
        rng = np.random.default_rng(index)
        values = scene.sample(split, rng)
        person = np.ravel_multi_index([values[n] for n in people.SIZES], sizes)
        assert person in people.people(split)
        actions.add(int(values["action"][0]))
    assert actions == set(range(len(ACTIONS)))


def test_a_clip_depends_only_on_its_index():
    scene, again = _scene(num_frames=3), _scene(num_frames=3)
    again.clip("train", 0)
    key, clip = scene.clip("train", 7)
    other_key, other = pickle.loads(pickle.dumps(again)).clip("train", 7)
    assert key == other_key
    np.testing.assert_array_equal(clip["video"], other["video"])
    for split, seed in (("test", 0), ("train", 1)):
        moved = _scene(num_frames=3, seed=seed).clip(split, 7)[1]
        assert (moved["video"] != clip["video"]).any()


def test_stored_values_draw_the_clip(clips):
    for number, clip in enumerate(clips):
        scene = _scene(actions=(ACTIONS[number],))
        video, masks = scene.render(clip["content"], clip["pose"])
        np.testing.assert_array_equal(video, clip["video"])
        np.testing.assert_array_equal(masks, clip["masks"])
        alone = {name: v[5:6] for name, v in clip["pose"].items()}
        video, _ = scene.render(clip["content"], alone)
        np.testing.assert_array_equal(video[0], clip["video"][5])


def test_the_whole_person_is_in_the_frame(clips):
    for number, clip in enumerate(clips):
        edges = clip["masks"].copy()
        edges[:, 1:-1, 1:-1] = 0
        assert not edges.any(), ACTIONS[number]
        assert 40 < clip["masks"][0].sum() < 900, ACTIONS[number]
        assert clip["boxes"].shape == (8, 1, 4)


def test_the_root_is_near_the_centre_of_the_mask(clips):
    columns = np.arange(64)
    distances = []
    for clip in clips:
        mask = clip["masks"][..., 0] / clip["masks"].sum((1, 2))[:, None]
        x = mask.sum(1) @ columns
        y = mask.sum(2) @ columns
        away = x - clip["pose"]["root_x"], y - clip["pose"]["root_y"]
        distances.append(np.hypot(*away))
    assert np.mean(distances) < 4
    assert np.max(distances) < 12  # a person who lies or bends down


def test_the_root_is_in_the_middle_of_a_runner_seen_from_the_front():
    scene, phases = _scene(), np.arange(16) * 2 * np.pi / 16
    pose = _pose(scene, ACTIONS.index("run"), phases)
    _, masks = scene.render(_content(camera_yaw=np.pi / 2), pose)
    columns = np.nonzero(masks)[2]
    assert columns.mean() == pytest.approx(31, abs=0.4)  # root_x


def test_the_root_moves_the_picture():
    scene, phase = _scene(), np.array([1.0])
    video, masks = scene.render(_content(), _pose(scene, _WALK, phase))
    moved = {"root_x": np.array([36.0]), "root_y": np.array([30.0])}
    shifted, shifted_masks = scene.render(
        _content(), _pose(scene, _WALK, phase, **moved)
    )
    np.testing.assert_array_equal(np.roll(video, (-4, 5), (1, 2)), shifted)
    np.testing.assert_array_equal(
        np.roll(masks, (-4, 5), (1, 2)), shifted_masks
    )


def _mean_colour(video, rows, columns) -> np.ndarray:
    return video[0, rows, columns].reshape(-1, 3).mean(0)


def test_colours_are_where_they_belong():
    scene = _scene()
    pose = _pose(scene, _WALK, np.zeros(1))
    for cloth, (name, colour) in enumerate(people.CLOTHES.items()):
        content = _content(shirt=cloth, trousers=(cloth + 3) % 8, background=2)
        video, _ = scene.render(content, pose)
        top = video[0, 24, 30:33].astype(float).max(0)
        legs = video[0, 37:40, 30:33].astype(float).max((0, 1))
        for seen, wanted in (
            (top, colour),
            (legs, people.CLOTHES[tuple(people.CLOTHES)[(cloth + 3) % 8]]),
        ):
            along = (
                seen @ wanted / np.linalg.norm(seen) / np.linalg.norm(wanted)
            )
            assert along > 0.99, name
        assert (video[0, 0, 0] == 140).all()


def _nearest(scene, bank, query) -> int:
    """Index of the picture of a bank that is most like the one asked for."""
    pictures = [scene.render(*each)[0][0].astype(float) for each in bank]
    wanted = scene.render(*query)[0][0].astype(float)
    return int(np.argmin([((p - wanted) ** 2).sum() for p in pictures]))


@pytest.mark.parametrize(
    ("name", "grid", "asked"),
    [
        ("camera_yaw", np.arange(0, 6.28, 0.35), 1.15),
        ("camera_elevation", np.linspace(0, 0.5, 5), 0.27),
        ("zoom", np.linspace(0.8, 1, 5), 0.91),
        ("skin", np.arange(4), 2),
        ("girth", np.arange(3), 2),
        ("legs", np.arange(3), 0),
        *((joint, np.linspace(-1.5, 1.5, 7), 0.6) for joint in BENT),
    ],
)
def test_a_factor_can_be_seen(name, grid, asked):
    scene, bank = _scene(), []
    for value in (*grid, asked):
        if name in BENT:
            changed = {name: np.array([value])}
            content, pose = _content(), changed
        else:
            content, pose = _content(**{name: value}), {}
        bank.append((content, _pose(scene, _WALK, np.ones(1), **pose)))
    found = _nearest(scene, bank[:-1], bank[-1])
    assert found == np.argmin(np.abs(grid - asked))


@pytest.fixture(scope="module")
def silhouettes() -> np.ndarray:
    """Masks of 16 phases of all actions, `[actions * 16, 64, 64]`."""
    scene, phases = _scene(), np.arange(16) * 2 * np.pi / 16
    masks = [
        scene.render(_content(), _pose(scene, action, phases))[1]
        for action in range(len(ACTIONS))
    ]
    return np.concatenate(masks)[..., 0]


@pytest.mark.parametrize("action", range(len(ACTIONS)))
def test_action_and_phase_can_be_seen(action, silhouettes):
    scene, places = _scene(), np.array([2, 7, 12])
    phases = places * 2 * np.pi / 16 + 0.05
    masks = scene.render(_content(), _pose(scene, action, phases))[1][..., 0]
    for mask, place in zip(masks, places):
        found = np.argmin((silhouettes != mask).sum((1, 2)))
        assert divmod(found, 16) == (action, place)


def test_a_swap_has_the_colours_of_one_and_the_posture_of_the_other(clips):
    scene = _scene()
    jump, walk = (dict(clips[ACTIONS.index(name)]) for name in ("jump", "walk"))
    for clip, name in ((jump, "jump"), (walk, "walk")):
        action = np.full(8, ACTIONS.index(name))
        clip["pose"] = clip["pose"] | {"action": action}
    swap, masks = scene.render(walk["content"], jump["pose"])
    recoloured = jump["content"] | {
        name: walk["content"][name]
        for name in ("shirt", "trousers", "skin", "background")
    }
    _, same = scene.render(recoloured, jump["pose"])
    np.testing.assert_array_equal(same, jump["masks"])  # colours move nothing
    wall = walk["video"][0, 0, 0]
    assert (swap[:, 0, 0] == wall).all()
    assert (masks != walk["masks"]).any() and (masks != jump["masks"]).any()
    back, _ = scene.render(walk["content"], walk["pose"])
    np.testing.assert_array_equal(back, walk["video"])


def test_a_camera_follows_only_who_would_leave_the_frame():
    for action in ("walk", "run"):
        travelled = []
        for index in range(30):
            rng = np.random.default_rng(index)
            values = _scene(actions=(action,)).sample("train", rng)
            x = values["root_x"]
            side = np.abs(np.cos(values["camera_yaw"]))
            metres = np.abs(x[-1] - x[0]) / 64 * 2.4 / values["zoom"]
            travelled.append(metres if side > 0.7 else np.nan)
        if action == "walk":  # 1 m/s for 1.27 s, seen from the side
            assert 0.8 < np.nanmean(travelled) < 1.3
        else:  # a runner would travel 4.5 m
            assert np.nanmax(travelled) < 0.2


def test_clips_longer_than_a_recording_are_refused():
    _scene(num_frames=23).check()
    with pytest.raises(ValueError, match="but kick lasts 1.53 s and does not"):
        _scene(num_frames=25).check()
    _scene(num_frames=25, frames_per_second=30).check()
    _scene(num_frames=100, actions=("walk", "run")).check()


def test_a_recording_that_does_not_repeat_is_cut_within_its_length():
    scene = _scene(actions=("kick",), num_frames=23)
    for index in range(30):
        phase = scene.sample("train", np.random.default_rng(index))["phase"]
        assert (np.diff(phase) > 0).all() and phase[-1] <= np.float32(2 * np.pi)
        step = 2 * np.pi / 15 / 1.533
        np.testing.assert_allclose(np.diff(phase), step, rtol=1e-3)
