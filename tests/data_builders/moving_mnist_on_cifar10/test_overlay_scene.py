"""Every factor is found again in the pixels."""

import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.moving_mnist.digits import Digits
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    BlackBackgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    CifarBackgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.backgrounds import (
    SmoothBackgrounds,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_config import (
    OverlayConfig,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_scene import (
    OverlayScene,
)

PLANES = "rgb"


@pytest.fixture(scope="module")
def digits(tmp_path_factory) -> Digits:
    """Digit n is a centred square whose area tells its class."""
    images = np.zeros((60, 28, 28), np.uint8)
    for number in range(60):
        half = 3 + number % 10
        images[number, 14 - half : 14 + half, 14 - half : 14 + half] = 255
    path = epath.Path(tmp_path_factory.mktemp("digits")) / "digits.npz"
    return Digits.save(path, images, np.arange(60) % 10, 48)


@pytest.fixture(scope="module")
def images(tmp_path_factory) -> CifarBackgrounds:
    rng = np.random.default_rng(1)
    images = rng.integers(256, size=(30, 32, 32, 3), dtype=np.uint8)
    path = epath.Path(tmp_path_factory.mktemp("images")) / "images.npz"
    return CifarBackgrounds.save(path, images, np.arange(30) % 10, 20)


def scene(digits, backgrounds="black", source=None, **fields) -> OverlayScene:
    fields = {"num_frames": 12, "frame_size": 56, "digit_size": 28} | fields
    config = OverlayConfig("test", backgrounds=backgrounds, **fields)
    return OverlayScene(config, digits, source or BlackBackgrounds())


def clips(scene, count=30, split="train") -> list[dict]:
    return [scene.clip(split, index)[1] for index in range(count)]


def test_digits_scale_with_the_frame():
    sizes = {
        size: OverlayConfig("test", frame_size=size).digit_size
        for size in (32, 64, 128)
    }
    assert sizes == {32: 11, 64: 21, 128: 42}


def test_counts_classes_and_positions_are_those_of_the_masks(digits):
    seen = []
    for clip in clips(scene(digits), 20):
        content, pose, areas = clip["content"], clip["pose"], []
        for n in range(2):
            mask = clip["masks"][..., n]  # [time, height, width]
            assert set(mask.sum((1, 2))) == {mask[0].sum()}
            if not mask.any():
                assert content[f"digit_{n}"] == 10
                assert clip["instance"][f"index_{n}"] == -1
                assert set(pose[f"x_{n}"]) == set(pose[f"y_{n}"]) == {14}
                assert not clip["boxes"][:, n].any()
                continue
            areas.append(mask[0].sum())
            for axis, name in ((1, f"x_{n}"), (2, f"y_{n}")):
                centre = [np.flatnonzero(m.any(axis - 1)).mean() for m in mask]
                np.testing.assert_array_equal(centre, pose[name] + 13.5)
            top = clip["boxes"][:, n, 0] * 56
            half = np.sqrt(areas[-1]) / 2
            np.testing.assert_allclose(top, pose[f"y_{n}"] + 14 - half)
        classes = [int(np.sqrt(area)) // 2 - 3 for area in areas]
        assert classes == sorted(classes)
        assert content["num_digits"] == len(classes)
        assert content["digit_sum"] == sum(classes)
        assert [content[f"digit_{n}"] for n in range(len(classes))] == classes
        seen.append(len(classes))
    assert set(seen) == {0, 1, 2}


def test_colours_and_their_sums_are_those_of_the_pixels(digits):
    for clip in clips(scene(digits, min_digits=1), 10):
        video, pose = clip["video"] / 255, clip["pose"]
        for plane, name in enumerate(PLANES):
            total = video[..., plane].sum((1, 2)) / 28**2
            # The squares of the largest digits overlap at their corners.
            np.testing.assert_allclose(total, pose[f"sum_{name}"], atol=0.02)
            for n in range(clip["content"]["num_digits"]):
                seen = clip["masks"][..., n] > 0
                for time, here in enumerate(seen):
                    shown = video[time, here, plane]
                    assert (
                        np.abs(shown - pose[f"{name}_{n}"][time]).max() < 0.002
                    )
        assert pose["r_0"].dtype == np.float32


def test_hues_turn_at_a_constant_speed(digits):
    speeds = []
    for clip in clips(scene(digits, min_digits=2, num_frames=4)):
        for n in range(2):
            r, g, b = (clip["pose"][f"{name}_{n}"] - 0.5 for name in PLANES)
            np.testing.assert_allclose(r + g + b, 0, atol=1e-6)
            hue = np.unwrap(np.arctan2((g - b) / np.sqrt(3), r))
            np.testing.assert_allclose(np.diff(hue, 2), 0, atol=1e-4)
            speeds.append((hue[1] - hue[0]) / (2 * np.pi))
    assert -0.05 <= min(speeds) < -0.03 < 0.03 < max(speeds) <= 0.05


def test_absent_digits_are_grey_and_are_not_summed(digits):
    for clip in clips(scene(digits, max_digits=1), 8):
        if clip["content"]["num_digits"]:
            continue
        assert not clip["video"].any()
        assert set(clip["pose"]["g_0"]) == {0.5}
        assert set(clip["pose"]["sum_g"]) == {0}


def test_speeds_and_bounces(digits):
    # In pixels per frame, digits of 8 pixels in a frame of 128.
    made = scene(digits, frame_size=128, digit_size=8, min_digits=2)
    turned = 0
    for clip in clips(made):
        place = np.array(
            [[clip["pose"][f"{a}_{n}"] for a in "xy"] for n in range(2)]
        ).transpose(2, 0, 1)  # [time, digits, 2]
        assert 0 <= place.min() <= place.max() <= 120
        gap = np.hypot(*(place[:, 0] - place[:, 1]).T)
        assert gap.min() > 8 - np.sqrt(2)
        step = np.hypot(*np.moveaxis(place[6:] - place[:-6], -1, 0)) / 6
        assert step.max() < 2 * 0.06 * 128  # after a collision
        turned += (step.min(0) < 0.02 * 128 - 0.3).sum()
    assert 0 < turned < 30  # straight but for bounces


def test_pixels_outside_the_masks_are_the_background(digits, images):
    made = scene(digits, "cifar10", images, frame_size=64)
    for split, (low, high) in {
        "train": (0, 18),
        "validation": (18, 20),
        "test": (20, 30),
    }.items():
        numbers = set()
        for clip in clips(made, 10, split):
            number = clip["instance"]["background_index"]
            numbers.add(int(number))
            assert clip["content"]["background"] == number % 10
            whole = images.draw(np.array([number]), 64)[0]
            outside = ~clip["masks"].any(-1)
            shown = np.where(outside[..., None], clip["video"], whole)
            assert (shown == whole).all()
        assert numbers <= set(range(low, high))
        assert len(numbers) > 1


def test_images_keep_their_pixels_and_are_enlarged_smoothly(images):
    same = images.draw(np.array([3, 4, 3]), 32)
    np.testing.assert_array_equal(same[0], same[2])
    large = images.draw(np.array([3]), 128)[0].astype(float)
    # The mean of the four inner new pixels of an old one.
    inner = large.reshape(32, 4, 32, 4, 3)[:, 1:3, :, 1:3].mean((1, 3))
    assert np.corrcoef(inner.ravel(), same[0].ravel())[0, 1] > 0.97


def test_smooth_backgrounds(digits):
    made = scene(digits, "smooth", SmoothBackgrounds(), max_digits=1)
    for clip in clips(made, 6):
        outside = ~clip["masks"].any((0, 3))
        # Each column and row is piecewise linear between three points.
        frame = clip["video"][0].astype(float)
        steps = np.abs(np.diff(frame, axis=0)).max(-1)
        assert steps[outside[1:] & outside[:-1]].max() < 10
        assert frame[outside].max() <= 128
        if clip["content"]["num_digits"]:
            continue
        for plane, name in enumerate(PLANES):
            mean = clip["content"][f"background_{name}"]
            assert abs(frame[..., plane].mean() / 255 - mean) < 0.003
    first = [SmoothBackgrounds().numbers(s)[0] for s in ("train", "test")]
    drawn = SmoothBackgrounds().draw(np.array(first), 16)
    assert np.abs(drawn[0].astype(int) - drawn[1]).mean() > 20


def test_render_reproduces_a_clip_and_draws_other_poses(digits, images):
    made = scene(digits, "cifar10", images, min_digits=1, max_digits=1)
    one, other = clips(made, 2)
    video, masks = made.render(one["content"], one["pose"], one["instance"])
    np.testing.assert_array_equal(video, one["video"])
    np.testing.assert_array_equal(masks, one["masks"])
    pose = other["pose"] | {"x_0": np.full(12, 3), "y_0": np.full(12, 28)}
    _, masks = made.render(one["content"], pose, one["instance"])
    left = np.flatnonzero(masks[0, :, :, 0].any(0)).mean()
    assert left == 3 + 13.5


def test_a_later_digit_is_in_front(digits):
    made = scene(digits, min_digits=2)
    clip = made.clip("train", 0)[1]
    same = {f"{axis}_{n}": np.full(12, 5) for axis in "xy" for n in (0, 1)}
    video, masks = made.render(
        clip["content"], clip["pose"] | same, clip["instance"]
    )
    assert masks.sum(-1).max() == 1
    assert clip["content"]["digit_1"] > clip["content"]["digit_0"]
    assert not masks[..., 0].any()  # digit 1 is the larger square
    pixel = video[:, 5 + 14, 5 + 14, 0] / 255
    np.testing.assert_allclose(pixel, clip["pose"]["r_1"], atol=0.002)


def test_render_refuses_contradictions(digits):
    made = scene(digits, min_digits=2)
    clip = made.clip("train", 3)[1]
    content, pose, instance = (
        clip[group] for group in ("content", "pose", "instance")
    )
    total = content["digit_sum"]
    with pytest.raises(
        ValueError, match=f"'digit_sum' is {total - 1} but must be {total}"
    ):
        made.render(content | {"digit_sum": total - 1}, pose, instance)
    with pytest.raises(ValueError, match="There is no image 60 in"):
        made.render(content, pose, instance | {"index_0": 60})
    with pytest.raises(ValueError, match="'r_1' must be from 0 to 1, got 2"):
        made.render(content, pose | {"r_1": np.full(12, 2.0)}, instance)


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"backgrounds": "white"}, "backgrounds is 'white' but must be one of"),
        ({"max_digits": 3}, "max_digits is 3 but must be one of 1, 2"),
        ({"min_digits": 2, "max_digits": 1}, "min_digits is 2 but .* 0, 1"),
        ({"digit_size": 33}, "digit_size is 33 but must be from 1 to 32"),
        ({"digit_size": 9.5}, "digit_size is 9.5 but must be an integer"),
        ({"min_speed": 0.1}, "min_speed is 0.1 but must be from 0 to 0.06"),
        ({"max_hue_speed": "x"}, "max_hue_speed is 'x' but must be from 0"),
        ({"colour": False}, "colour is False but must be one of True"),
        ({"bounce": "clamp"}, "bounce is 'clamp' but must be one of 'elastic'"),
    ],
)
def test_invalid_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        OverlayConfig("test", **fields)
