import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.moving_mnist.digits import Digits
from mipae_tf.data_builders.moving_mnist.digits_config import DigitsConfig
from mipae_tf.data_builders.moving_mnist.digits_scene import DigitsScene
from mipae_tf.data_builders.moving_mnist.digits_scene import in_unit_square


@pytest.fixture
def digits(tmp_path) -> Digits:
    images = np.zeros((30, 28, 28), np.uint8)
    images[:, 8:20, 8:20] = 180
    path = epath.Path(tmp_path) / "digits.npz"
    return Digits.save(path, images, np.arange(30) % 10, 24)


def _scene(digits, **fields) -> DigitsScene:
    return DigitsScene(DigitsConfig("test", **fields), digits)


def _clip(**positions):
    content = {"digit_0": 3, "digit_1": 4, "front": 1}
    pose = {name: np.array([value]) for name, value in positions.items()}
    return content, pose, {"index_0": 13, "index_1": 4}


@pytest.mark.parametrize(
    ("bounce", "last"), [("clamp", 31), ("reflect", 32), ("redraw", 31)]
)
def test_positions_stay_in_their_range(digits, bounce, last):
    scene = _scene(digits, bounce=bounce, num_frames=60)
    places = [f for f in scene.factors if f.kind == "position"]
    assert {(f.object, f.axis, f.size) for f in places} == {
        (n, axis, last + 1) for n in range(2) for axis in ("x", "y")
    }
    clips = [scene.clip("train", index)[1] for index in range(20)]
    pose = np.array([list(clip["pose"].values()) for clip in clips])
    assert (pose.min(), pose.max()) == (0, last)
    assert np.abs(np.diff(pose)).max() == 4


def test_published_speeds_are_asymmetric(digits):
    scene = _scene(digits, max_speed=3, bounce="reflect", num_frames=2)
    pose = [
        list(scene.clip("train", i)[1]["pose"].values()) for i in range(300)
    ]
    pose = np.array(pose)
    inner = pose[(pose[..., 0] >= 4) & (pose[..., 0] <= 28)]
    assert set(np.diff(inner).ravel()) == set(range(-4, 4))


def test_digits_come_from_the_numbers_of_their_split(digits):
    scene = _scene(digits, num_frames=1)
    for split in ("train", "validation", "test"):
        low, high = digits.numbers(split)
        clips = [scene.clip(split, index)[1] for index in range(100)]
        seen = [number for c in clips for number in c["instance"].values()]
        assert set(seen) == set(range(low, high))
        for clip in clips:
            index = clip["instance"]["index_1"]
            assert clip["content"]["digit_1"] == index % 10


def test_colour_has_a_front_that_occludes(digits):
    content, pose, instance = _clip(x_0=10, y_0=2, x_1=12, y_1=2)
    scene = _scene(digits)
    video, masks = scene.render(content, pose, instance)
    assert video.shape == (1, 64, 64, 3)
    np.testing.assert_array_equal(video[..., :2] > 0, masks > 0)
    assert video[0, 18, 28].tolist() == [0, 180, 0]
    video, _ = scene.render(content | {"front": 0}, pose, instance)
    assert video[0, 18, 28].tolist() == [180, 0, 0]


def test_grey_is_a_clipped_sum_without_a_front(digits):
    content, pose, instance = _clip(x_0=10, y_0=2, x_1=12, y_1=2)
    scene = _scene(digits, colour=False)
    assert "front" not in {factor.name for factor in scene.factors}
    video, masks = scene.render(content, pose, instance)
    assert video[0, 18, 28, 0] == 255
    assert masks[0, 18, 28].tolist() == [1, 1]


def test_render_reproduces_a_clip(digits):
    scene = _scene(digits, colour=False, bounce="redraw", num_frames=5)
    clip = scene.clip("test", 8)[1]
    video, masks = scene.render(clip["content"], clip["pose"], clip["instance"])
    np.testing.assert_array_equal(video, clip["video"])
    np.testing.assert_array_equal(masks, clip["masks"])


def test_render_refuses_a_digit_of_another_class(digits):
    content, pose, instance = _clip(x_0=1, y_0=2, x_1=12, y_1=2)
    with pytest.raises(ValueError, match="'digit_0' is 5 but .* 13 is a 3"):
        _scene(digits).render(content | {"digit_0": 5}, pose, instance)
    with pytest.raises(ValueError, match="instance lacks 'index_0'"):
        _scene(digits).render(content, pose)


def test_invalid_speeds_are_refused():
    with pytest.raises(ValueError, match="min_speed is 5 but must not exceed"):
        DigitsConfig("test", min_speed=5)
    with pytest.raises(
        ValueError, match="min_speed is -4 but must be -max_speed, -3"
    ):
        DigitsConfig("test", max_speed=3, bounce="redraw")


def test_futures_continue_like_clips(digits):
    scene = _scene(digits, bounce="redraw", num_frames=12)
    before = np.array([[10, 10], [20, 3], [5, 25]])
    last = np.array([[12, 11], [20, 1], [8, 28]])
    paths = scene.futures(before, last, 3, np.random.default_rng(0))
    assert paths.shape == (3, 3, 2)
    # No wall is near the first; the second meets one, the third one a step on.
    np.testing.assert_array_equal(paths[0], [[14, 12], [16, 13], [18, 14]])
    np.testing.assert_array_equal(paths[1, 0], [20, 0])
    np.testing.assert_array_equal(paths[2, :2], [[11, 31], [14, 31]])
    again = [
        scene.futures(before, last, 3, np.random.default_rng(seed))
        for seed in range(200)
    ]
    speed = np.array(again)[:, 1, 1] - np.array(again)[:, 1, 0]
    assert set(speed[:, 1]) == {1, 2, 3, 4}  # away from the wall
    assert set(speed[:, 0]) == set(range(-4, 5))


def test_unit_square_loses_the_overshoot_at_a_wall():
    for seed in range(30):
        rng = np.random.default_rng(seed)
        path = in_unit_square(2, 40, 0.1, rng)
        assert path.shape == (40, 2, 2)
        assert 0 <= path.min() <= path.max() <= 1
        step = np.diff(path, axis=0)
        at_wall = (path == 0) | (path == 1)
        free = ~(at_wall[1:] | at_wall[:-1]).any(-1)
        np.testing.assert_allclose(np.hypot(*step[free].T), 0.1)
        # From the wall a full step inward, whatever was lost before it.
        after = at_wall[1:-1] & ~at_wall[2:]
        inward = np.where(path[1:-1] == 0, 1, -1) * step[1:]
        usual = np.abs(step).max(0) * np.ones_like(step[1:])
        np.testing.assert_allclose(inward[after], usual[after])
    assert at_wall.any()


def test_srivastava_digits(digits):
    """Positions are those of the pixels, which are merged by the maximum."""
    scene = _scene(
        digits, colour=False, digit_size=28, bounce="unit_square", merge="max"
    )
    assert scene.factors[2].size == 37
    overlaps = 0
    for index in range(8):
        _, clip = scene.clip("train", index)
        assert set(np.unique(clip["video"])) == {0, 180}
        np.testing.assert_array_equal(
            clip["video"][..., 0] > 0, clip["masks"].any(-1)
        )
        overlaps += (clip["masks"].sum(-1) > 1).any()
        for n in range(2):
            mask = clip["masks"][..., n]
            left = mask.any(1).argmax(1)
            np.testing.assert_array_equal(left - 8, clip["pose"][f"x_{n}"])
            top = mask.any(2).argmax(1)
            np.testing.assert_array_equal(top - 8, clip["pose"][f"y_{n}"])
    assert overlaps


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"merge": "mean"}, "merge is 'mean' but must be one of 'add', 'max'"),
        ({"step": 1.5}, "step is 1.5 but must be at least 0 and less than 1"),
        ({"digit_size": 63}, "frame_size is 64 but .* at least 65"),
        ({"published_test": True}, "colour is True but must be one of False"),
    ],
)
def test_invalid_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        DigitsConfig("test", **fields)
