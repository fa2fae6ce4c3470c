import numpy as np
import pytest
from metrics.frame_cases import random_frames

from mipae_tf.metrics.frames.checks import checked_frames
from mipae_tf.metrics.frames.checks import checked_videos
from mipae_tf.metrics.frames.checks import unit_frames

BYTES = random_frames((2, 3, 4, 5, 1))
UNIT = BYTES / 255


def test_valid_frames_are_unchanged():
    for first, second in ((BYTES, BYTES[::-1]), (UNIT, UNIT[::-1])):
        found = checked_frames(first, second)
        np.testing.assert_array_equal(found[0], first)
        np.testing.assert_array_equal(found[1], second)
    # Precisions of float may be mixed.
    checked_frames(UNIT.astype(np.float32), UNIT)
    np.testing.assert_array_equal(checked_videos("videos", BYTES), BYTES)
    assert checked_videos("samples", UNIT[None], rank=6).shape[0] == 1


def test_bytes_are_divided_by_255():
    np.testing.assert_array_equal(unit_frames(BYTES), UNIT)
    np.testing.assert_array_equal(unit_frames(UNIT), UNIT)


@pytest.mark.parametrize(
    "prediction, truth, message",
    [
        (BYTES, UNIT, "both be uint8, or both float"),
        (BYTES.astype(np.int64), BYTES.astype(np.int64), "both be uint8"),
        (UNIT * 2, UNIT, r"within \[0, 1\], got a prediction"),
        (UNIT, UNIT - 0.1, r"within \[0, 1\], got a truth"),
        (UNIT * np.nan, UNIT, r"within \[0, 1\]"),
        (BYTES[:1], BYTES, "got shapes"),
        (BYTES[0], BYTES[0], "got shapes"),
        (BYTES[:0], BYTES[:0], "empty"),
    ],
)
def test_invalid_pairs_are_refused(prediction, truth, message):
    with pytest.raises(ValueError, match=message):
        checked_frames(prediction, truth)


@pytest.mark.parametrize(
    "videos, rank, message",
    [
        (BYTES[0], 5, r"frames \[clips"),
        (BYTES, 6, r"frames \[samples, clips"),
        (BYTES[:0], 5, "without an empty axis"),
        (BYTES.astype(np.int32), 5, "must be uint8, or float"),
        (UNIT + 0.5, 5, r"within \[0, 1\], got a samples"),
    ],
)
def test_invalid_videos_are_refused(videos, rank, message):
    with pytest.raises(ValueError, match=message):
        checked_videos("samples", videos, rank)
