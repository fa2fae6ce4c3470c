import numpy as np
import pytest
from mipae_tf.data_builders.recorded.windows import windows

FRAMES = np.arange(10, dtype=np.uint8).reshape(10, 1, 1, 1)


@pytest.mark.parametrize(
    "length, stride, hop, expected",
    [
        (3, 1, 3, {0: [0, 1, 2], 3: [3, 4, 5], 6: [6, 7, 8]}),
        (3, 2, 4, {0: [0, 2, 4], 4: [4, 6, 8]}),
        (10, 1, 1, {0: list(range(10))}),
        (11, 1, 1, {}),
        (1, 5, 9, {0: [0], 9: [9]}),
    ],
)
def test_clips_are_where_they_should_be(length, stride, hop, expected):
    found = dict(windows(FRAMES, length, stride, hop))
    assert {s: clip.ravel().tolist() for s, clip in found.items()} == expected
    assert all(clip.shape == (length, 1, 1, 1) for clip in found.values())


@pytest.mark.parametrize("name", ["length", "stride", "hop"])
def test_a_number_below_one_is_named(name):
    given = {"length": 2, "stride": 1, "hop": 1, name: 0}
    with pytest.raises(ValueError, match=f"{name} is 0 but must be at least 1"):
        next(windows(FRAMES, **given))
