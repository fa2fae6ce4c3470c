import numpy as np
import pytest
from mipae_tf.data_builders.recorded.clip_cutter import FrameStore
from mipae_tf.data_builders.recorded.clip_cutter import changed_share
from mipae_tf.data_builders.recorded.clip_cutter import parts_in_time
from mipae_tf.data_builders.recorded.clip_cutter import starts


@pytest.mark.parametrize(
    "length, stride, hop, expected",
    [
        (3, 1, 3, [0, 3, 6]),
        (3, 2, 4, [0, 4]),
        (10, 1, 1, [0]),
        (11, 1, 1, []),
        (1, 5, 9, [0, 9]),
    ],
)
def test_clips_start_where_they_should(length, stride, hop, expected):
    assert list(starts(10, length, stride, hop)) == expected
    later = list(starts(17, length, stride, hop, first=7))
    assert later == [7 + start for start in expected]


def test_clips_are_read_from_the_file(tmp_path):
    rng = np.random.default_rng(0)
    videos = rng.integers(0, 256, (3, 9, 4, 4, 1), dtype=np.uint8)
    store = FrameStore((4, 4, 1), str(tmp_path))

    def broken():
        yield from videos[0, :4]
        raise ValueError("no more")

    first = store.add(iter(videos[0]))
    with pytest.raises(ValueError, match="no more"):
        store.add(broken())
    second = store.add(videos[1][:5])
    assert (len(first), len(second)) == (9, 5)
    np.testing.assert_array_equal(first.clip(2, 3, 2), videos[0, 2:8:2])
    np.testing.assert_array_equal(second.clip(1, 4, 1), videos[1, 1:5])
    assert list(tmp_path.iterdir()) == []


def test_frames_of_another_shape_are_refused(tmp_path):
    store = FrameStore((4, 4, 1), str(tmp_path))
    with pytest.raises(ValueError, match=r"uint8 \[4, 4, 3\] but must be"):
        store.add(np.zeros((2, 4, 4, 3), np.uint8))


def test_motion_is_the_share_of_changed_pixels(tmp_path):
    frames = np.full((4, 4, 4, 3), 100, np.uint8)
    frames[1, 0, 0, 2] = 117  # one pixel changes by more than 16
    frames[2] = frames[1]
    frames[2, 1] += 16  # a row changes by 16, which is noise
    frames[3, :2] = 20
    assert changed_share(frames[0], frames[1]) == 1 / 16
    store = FrameStore((4, 4, 3), str(tmp_path))
    video = store.add(frames)
    np.testing.assert_allclose(video.motion, [0, 1 / 16, 0, 8 / 16])
    assert video.clip_motion(0, 3, 1) == pytest.approx(1 / 32)
    assert video.clip_motion(1, 2, 2) == 8 / 16
    assert video.clip_motion(0, 1, 1) == 0


@pytest.mark.parametrize("frames, span", [(100, 20), (1000, 20), (61, 7)])
def test_parts_in_time_are_apart_and_have_room(frames, span):
    parts = parts_in_time(frames, (0.8, 0.1, 0.1), span)
    assert parts[0][0] == 0 and parts[-1][1] == frames
    for (_, end), (begin, _) in zip(parts, parts[1:]):
        assert begin - end == span
    assert all(end - begin >= span for begin, end in parts)
    if frames == 1000:
        assert parts == [(0, 800), (820, 900), (920, 1000)]


def test_a_part_is_empty_if_the_video_is_short():
    (first, end), *_ = parts_in_time(79, (8, 1, 1), 20)
    assert end - first < 20
