import numpy as np
import pytest
from mipae_tf.data_builders.shapes3d_video.room_config import RoomConfig
from mipae_tf.data_builders.shapes3d_video.room_scene import RoomScene


def test_every_split_has_combinations_of_its_own():
    scene = RoomScene(RoomConfig("some"))
    counts = {"train": 19_200, "validation": 3_200, "test": 9_600}
    parts = [scene.contents(split) for split in counts]
    assert [len(part) for part in parts] == list(counts.values())
    every = np.sort(np.concatenate(parts))
    np.testing.assert_array_equal(every, np.arange(10 * 10 * 10 * 8 * 4))


def test_the_orientation_bounces():
    scene = RoomScene(RoomConfig("some", num_frames=40))
    first = []
    for number in range(200):
        path = scene.move(np.random.default_rng(number))["orientation"]
        assert path.min() >= 0 and path.max() <= 14
        steps = np.abs(np.diff(path))
        assert steps.max() in (1, 2)
        # At speed 2, odd positions turn between 13 and 14.
        assert np.ptp(path) == 14 or (np.ptp(path) == 12 and path[0] % 2)
        if 2 <= path[0] <= 12:
            first.append(int(path[1] - path[0]))
    counts = [first.count(speed) for speed in (-2, -1, 0, 1, 2)]
    assert counts[2] == 0
    assert min(counts[:2] + counts[3:]) > 20  # of about 37
    clamped = RoomScene(RoomConfig("some", bounce="clamp", num_frames=40))
    paths = [clamped.move(np.random.default_rng(n)) for n in range(20)]
    for path in paths:
        assert np.ptp(path["orientation"]) == 14


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"max_speed": 0}, "max_speed is 0 but must be an integer of at"),
        ({"bounce": "wrap"}, "bounce is 'wrap' but must be one of 'clamp'"),
        ({"frame_size": 32}, "frame_size is 32 but must be one of 64"),
        ({"colour": False}, "colour is False but must be one of True"),
    ],
)
def test_wrong_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        RoomConfig("wrong", **fields)
