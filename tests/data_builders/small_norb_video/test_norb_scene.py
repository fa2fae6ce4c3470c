import numpy as np
import pytest
from mipae_tf.data_builders.small_norb_video.norb_config import NorbConfig
from mipae_tf.data_builders.small_norb_video.norb_scene import SIZES
from mipae_tf.data_builders.small_norb_video.norb_scene import NorbScene
from mipae_tf.data_builders.small_norb_video.norb_scene import shrunk


def test_the_official_division_by_instance():
    scene = NorbScene(NorbConfig("some"))
    sizes = tuple(SIZES.values())[:-1]
    counts = {"train": 1215, "validation": 135, "test": 1350}
    parts = {split: scene.contents(split) for split in counts}
    for split, count in counts.items():
        instance = np.unravel_index(parts[split], sizes)[1]
        official = {0, 1, 2, 3, 5} if split == "test" else {4, 6, 7, 8, 9}
        assert set(instance.tolist()) == official
        assert len(parts[split]) == count
    every = np.sort(np.concatenate(list(parts.values())))
    np.testing.assert_array_equal(every, np.arange(5 * 10 * 9 * 6))


def test_the_azimuth_turns_both_ways_and_wraps():
    scene = NorbScene(NorbConfig("some", num_frames=18))
    turns = []
    for number in range(100):
        path = scene.move(np.random.default_rng(number))["azimuth"]
        assert sorted(path) == list(range(18))
        steps = set((np.diff(path) % 18).tolist())
        assert steps in ({1}, {17})
        turns.append(steps == {1})
    assert 30 < sum(turns) < 70
    fast = NorbScene(NorbConfig("some", max_speed=3))
    steps = {
        int(np.diff(fast.move(np.random.default_rng(n))["azimuth"])[0] % 18)
        for n in range(100)
    }
    assert steps == {1, 2, 3, 15, 16, 17}


def test_smaller_frames_are_averages_of_areas():
    frames = np.random.default_rng(0).integers(0, 256, (2, 96, 96, 1), np.uint8)
    # Each of 3 x 3 old pixels becomes 2 x 2 new ones.
    fine = frames[..., 0].repeat(2, 1).repeat(2, 2).astype(float)
    blocks = fine.reshape(2, 64, 3, 64, 3).mean((2, 4))  # [frames, 64, 64]
    found = shrunk(frames)
    assert found.shape == (2, 64, 64, 1) and found.dtype == np.uint8
    assert np.abs(found[..., 0] - blocks).max() <= 0.5
    white = np.full((1, 96, 96, 1), 255, np.uint8)
    assert (shrunk(white) == 255).all()


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"frame_size": 32}, "frame_size is 32 but must be one of 64, 96"),
        ({"max_speed": 0}, "max_speed is 0 but must be an integer of at"),
        ({"colour": True}, "colour is True but must be one of False"),
        ({"bounce": "clamp"}, "bounce is 'clamp' but must be one of 'wrap'"),
    ],
)
def test_wrong_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        NorbConfig("wrong", **fields)
