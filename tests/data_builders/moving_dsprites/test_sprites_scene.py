import pickle

import numpy as np
import pytest
from mipae_tf.data_builders.moving_dsprites import sprites_scene
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from mipae_tf.data_builders.moving_dsprites.sprites_scene import SpritesScene


def _scene(**fields) -> SpritesScene:
    return SpritesScene(SpritesConfig("test", **fields))


def _names(scene: SpritesScene, group: str) -> set[str]:
    return {factor.name for factor in scene.factors if factor.group == group}


@pytest.mark.parametrize(("count", "train"), [(720, 500), (18, 12)])
def test_combinations_are_divided(count, train):
    parts = {
        split: set(sprites_scene.combinations(count, split))
        for split in ("train", "validation", "test")
    }
    assert len(parts["train"]) == train
    assert parts["validation"] == parts["train"]
    assert not parts["train"] & parts["test"]
    assert parts["train"] | parts["test"] == set(range(count))


def test_the_division_never_changes():
    test = sprites_scene.combinations(18, "test")
    assert test.tolist() == [0, 2, 7, 10, 16, 17]


@pytest.mark.parametrize("rotating", [False, True])
def test_clips_show_the_combinations_of_their_split(rotating):
    scene = _scene(rotating=rotating, num_frames=2)
    sizes = (3, 6) if rotating else (3, 6, 40)
    kinds = ("shape", "scale", "orientation")[: len(sizes)]
    for split in ("train", "test"):
        allowed = sprites_scene.combinations(int(np.prod(sizes)), split)
        for index in range(40):
            content = scene.clip(split, index)[1]["content"]
            for n in range(2):
                shown = [content[f"{kind}_{n}"] for kind in kinds]
                assert np.ravel_multi_index(shown, sizes) in allowed


def test_a_clip_depends_only_on_its_index():
    scene, again = _scene(num_frames=3), _scene(num_frames=3)
    for index in (0, 1):
        again.clip("train", index)
    key, clip = scene.clip("train", 7)
    other_key, other = again.clip("train", 7)
    assert key == other_key
    np.testing.assert_array_equal(clip["video"], other["video"])
    for split, seed in (("test", 0), ("train", 1)):
        moved = _scene(num_frames=3, seed=seed).clip(split, 7)[1]
        assert (moved["video"] != clip["video"]).any()


def test_a_pickled_scene_generates_the_same_clip():
    scene = _scene(num_frames=3)
    copy = pickle.loads(pickle.dumps(scene))
    np.testing.assert_array_equal(
        scene.clip("test", 3)[1]["video"], copy.clip("test", 3)[1]["video"]
    )


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"sprites": 1, "colour": False},
        {"rotating": True, "bounce": "reflect"},
        {"colour": False},
    ],
)
def test_render_reproduces_a_clip(fields):
    scene = _scene(num_frames=6, **fields)
    clip = scene.clip("train", 0)[1]
    video, masks = scene.render(clip["content"], clip["pose"])
    np.testing.assert_array_equal(video, clip["video"])
    np.testing.assert_array_equal(masks, clip["masks"])
    channels = 3 if fields.get("colour", True) else 1
    assert video.shape == (6, 64, 64, channels)
    assert masks.shape == (6, 64, 64, fields.get("sprites", 2))
    for group in ("content", "pose"):
        assert set(clip[group]) == _names(scene, group)
    assert ("orientation_0" in clip["pose"]) == ("rotating" in fields)
    assert ("front" in clip["content"]) == (channels == 3)


def test_colour_puts_each_sprite_in_its_plane_and_one_in_front():
    scene = _scene()
    content = {"shape_0": 0, "scale_0": 5, "orientation_0": 0, "front": 1}
    content |= {"shape_1": 1, "scale_1": 0, "orientation_1": 0}
    pose = dict.fromkeys(("x_0", "y_0", "x_1", "y_1"), np.full(2, 16))
    video, masks = scene.render(content, pose)
    assert video[0, 32, 32].tolist() == [0, 255, 0]
    np.testing.assert_array_equal(video[..., :2] > 0, masks > 0)
    video, _ = scene.render(content | {"front": 0}, pose)
    assert video[0, 32, 32].tolist() == [255, 0, 0]


def test_render_accepts_the_pose_of_a_longer_clip():
    first = _scene(num_frames=3).clip("train", 0)[1]
    second = _scene(num_frames=9).clip("test", 1)[1]
    video, _ = _scene().render(first["content"], second["pose"])
    assert video.shape == (9, 64, 64, 3)


def test_render_refuses_invalid_factors():
    scene = _scene(num_frames=2)
    clip = scene.clip("train", 0)[1]
    lacking = dict(clip["pose"])
    del lacking["x_1"]
    with pytest.raises(ValueError, match="pose lacks 'x_1'"):
        scene.render(clip["content"], lacking)
    beyond = clip["pose"] | {"x_1": np.array([0, 32])}
    with pytest.raises(ValueError, match="must be from 0 to 31, got 0 to 32"):
        scene.render(clip["content"], beyond)
    longer = clip["pose"] | {"x_1": np.zeros(3, int)}
    with pytest.raises(ValueError, match="different numbers of frames.*: 3"):
        scene.render(clip["content"], longer)


def test_static_frames_are_uniform_and_known_by_index():
    scene = _scene()
    frames, content, pose = scene.sample_static(600, seed=3)
    assert frames.shape == (600, 64, 64, 3)
    assert set(content) == _names(scene, "content")
    assert set(pose) == _names(scene, "pose")
    later, later_content, _ = scene.sample_static(5, seed=3, start=500)
    np.testing.assert_array_equal(later, frames[500:505])
    np.testing.assert_array_equal(
        later_content["scale_1"], content["scale_1"][500:505]
    )
    one = {name: values[42] for name, values in content.items()}
    place = {name: values[42:43] for name, values in pose.items()}
    np.testing.assert_array_equal(scene.render(one, place)[0][0], frames[42])
    for factor in scene.factors:
        values, last = (content | pose)[factor.name], factor.size - 1
        assert (values.min(), values.max()) == (0, last)
        assert abs(values.mean() / last - 0.5) < 0.08


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"sprites": 3}, "sprites is 3 but must be one of 1, 2"),
        ({"bounce": "redraw"}, "bounce is 'redraw' but must be one of"),
        ({"num_frames": 0}, "num_frames is 0 but must be an integer"),
        ({"sprites_from": "net"}, "sprites_from is 'net'"),
    ],
)
def test_an_invalid_field_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        SpritesConfig("test", **fields)
