import numpy as np

from mipae_tf.serving.video_part import video_part


def walk(frames=40, enters=10, leaves=30):
    """A bright column that crosses the frame; before and after, nothing."""
    video = np.zeros((frames, 8, 24, 1), np.uint8)
    for time in range(enters, leaves):
        video[time, :, time - enters] = 255
    return video


def test_auto_is_where_the_context_and_its_future_move():
    video = walk()
    for context, horizon in ((5, 10), (2, 3), (5, 1)):
        part = video_part(video, "auto", context, horizon)
        assert 9 <= part.first <= 30 - context - horizon + 1
        np.testing.assert_array_equal(
            np.concatenate([part.context, part.future]),
            video[part.first :][: context + horizon],
        )


def test_a_short_video_has_one_place():
    video = walk(12, 0, 12)
    part = video_part(video, "auto", 5, 20)
    assert (part.first, len(part.context), len(part.future)) == (0, 5, 7)
    whole = video_part(video, "auto", 12, 20)
    assert (whole.first, len(whole.context), len(whole.future)) == (0, 12, 0)


def test_the_end_has_no_future():
    video = walk()
    part = video_part(video, "end", 5, 10)
    assert part.first == 35 and len(part.future) == 0
    np.testing.assert_array_equal(part.context, video[-5:])
    assert len(video_part(video, "33", 5, 10).future) == 2
