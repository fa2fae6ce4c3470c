import dataclasses

import numpy as np
import pytest
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.mpi3d_video import mpi3d_file
from mipae_tf.data_builders.mpi3d_video.arm_config import ArmConfig
from mipae_tf.data_builders.mpi3d_video.arm_motion import swing
from mipae_tf.data_builders.mpi3d_video.arm_scene import ArmScene

CONTENT = ("colour", "shape", "size", "camera_height", "background")
POSE = ("horizontal_axis", "vertical_axis")


@dataclasses.dataclass(frozen=True)
class Pixels(ImageGrid):
    """A file whose images are one pixel: the index of the image."""


@pytest.fixture(scope="module")
def grids(tmp_path_factory) -> dict[int, ImageGrid]:
    folder, found = tmp_path_factory.mktemp("grids"), {}
    for grid in mpi3d_file.LAYOUTS:
        index = np.arange(np.prod(grid), dtype="<u4")
        pixels = index.view(np.uint8).reshape(-1, 4)[:, :3]  # [images, rgb]
        path = folder / f"{grid[0]}"
        path.write_bytes(pixels.tobytes())
        found[grid[0]] = ImageGrid(str(path), grid, (1, 1, 3), 0)
    return found


def seen(video: np.ndarray, grid: ImageGrid) -> dict[str, np.ndarray]:
    """The factors of frames, from their pixels: name to `[time]`."""
    index = video.reshape(-1, 3) @ np.array([1, 256, 65536])  # [time]
    found = {}
    for name, size in reversed(list(zip(CONTENT + POSE, grid.grid))):
        index, found[name] = np.divmod(index, size)
    return found


@pytest.mark.parametrize("stored, wanted", [(4, 4), (6, 6), (6, 4)])
def test_frames_show_the_factors(grids, stored, wanted):
    images = grids[stored]
    scene = ArmScene(ArmConfig("some", grid=wanted), images)
    splits = {}
    for split in ("train", "validation", "test"):
        shown = set()
        for number in range(60):
            _, clip = scene.clip(split, number)
            found = seen(clip["video"], images)
            for name in CONTENT:
                assert (found[name] == clip["content"][name]).all()
            for name in POSE:
                np.testing.assert_array_equal(found[name], clip["pose"][name])
                assert clip["pose"][name].shape == (20,)
            assert max(found["colour"][0], found["shape"][0]) < wanted
            shown.add(tuple(int(found[name][0]) for name in CONTENT))
        splits[split] = shown
    assert not splits["test"] & (splits["train"] | splits["validation"])


def test_a_third_of_the_content_is_held_out():
    for grid, train, test in ((4, 192, 96), (6, 432, 216)):
        scene = ArmScene(ArmConfig("some", grid=grid))
        parts = {s: scene.contents(s) for s in ("train", "validation", "test")}
        assert (len(parts["train"]), len(parts["test"])) == (train, test)
        np.testing.assert_array_equal(parts["train"], parts["validation"])
        every = np.concatenate([parts["train"], parts["test"]])
        assert sorted(every) == list(range(train + test))


def test_single_frames_have_all_factors(grids):
    scene = ArmScene(ArmConfig("some"), grids[6])
    frames, content, pose = scene.sample_static(3000, seed=1)
    found = seen(frames, grids[6])
    for name, values in {**content, **pose}.items():
        np.testing.assert_array_equal(found[name], values)
    assert np.bincount(content["colour"]).min() > 650  # of 750
    assert len(np.unique(pose["vertical_axis"])) == 40


def test_the_published_motion():
    # The overshoot at an end is lost.
    across = swing((37, 5), (2, 0), 5, 40)[:, 0]
    assert across.tolist() == [37, 39, 39, 37, 35]
    assert swing((1, 5), (-4, 0), 4, 40)[:, 0].tolist() == [1, 0, 4, 8]
    # Beyond an end of the vertical axis, the horizontal one is mirrored.
    path = swing((10, 38), (1, 3), 4, 40)
    assert path.tolist() == [[10, 38], [28, 1], [27, 4], [26, 7]]
    path = swing((10, 2), (-1, -3), 3, 40)
    assert path.tolist() == [[10, 2], [30, 39], [31, 36]]
    # Both at once: first the end, then the mirror.
    path = swing((39, 39), (4, 4), 3, 40)
    assert path.tolist() == [[39, 39], [0, 3], [4, 7]]


def test_speeds_are_uniform_and_ends_are_kept():
    for bounce in ("clamp", "reflect"):
        scene = ArmScene(ArmConfig("some", bounce=bounce, num_frames=40))
        steps = {name: [] for name in POSE}
        for number in range(300):
            rng = np.random.default_rng(number)
            for name, path in scene.move(rng).items():
                assert path.min() >= 0 and path.max() <= 39
                jump = np.diff(path)
                far = np.abs(jump) > 4
                if bounce == "reflect":
                    assert not far.any()
                if not far[:1].any():
                    steps[name].append(int(jump[0]))
        for name in POSE:
            counts = np.bincount(np.array(steps[name]) + 4, minlength=9)
            assert counts.min() > 12, (bounce, name, counts)  # of 33


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"variant": "fake"}, "variant is 'fake' but must be one of 'real', "),
        ({"grid": 5}, "grid is 5 but must be one of 4, 6"),
        ({"max_speed": -1}, "max_speed is -1"),
        ({"bounce": "redraw"}, "bounce is 'redraw'"),
        ({"colour": False}, "colour is False"),
        ({"frame_size": 32}, "frame_size is 32 but must be one of 64"),
    ],
)
def test_wrong_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        ArmConfig("wrong", **fields)
