import numpy as np
import pytest

from mipae_tf.visual.canvas import CONTEXT_COLOUR
from mipae_tf.visual.canvas import FORECAST_COLOUR
from mipae_tf.visual.side_by_side import BORDER
from mipae_tf.visual.side_by_side import side_by_side


def video(clips, steps, first=100):
    """Flat frames whose level encodes clip and step."""
    levels = first + 10 * np.arange(clips)[:, None] + np.arange(steps)
    frames = np.broadcast_to(
        levels[:, :, None, None, None], (clips, steps, 16, 16, 1)
    )
    return frames.astype(np.uint8)


def corner(frame, level):
    """Top and left of the 16 by 16 patch of a level, and that it is one."""
    mask = (frame == level).all(-1)
    rows = np.flatnonzero(mask.sum(1) >= 16)
    columns = np.flatnonzero(mask.sum(0) >= 16)
    assert len(rows) == len(columns) == 16
    return rows[0], columns[0]


def test_each_step_shows_its_frames_in_their_places():
    movie = side_by_side(
        [video(4, 3), video(4, 3, first=180)], scale=1, columns=2
    )
    assert len(movie) == 3 and movie.dtype == np.uint8
    for step, frame in enumerate(movie):
        places = [corner(frame, 100 + 10 * c + step) for c in range(4)]
        assert places[0][0] == places[1][0] < places[2][0] == places[3][0]
        assert places[0][1] == places[2][1] < places[1][1] == places[3][1]
        for clip, (top, left) in enumerate(places):
            twin = corner(frame, 180 + 10 * clip + step)
            assert twin == (top, left + 16 + BORDER)


def test_the_border_shows_context_and_forecast():
    movie = side_by_side([video(1, 4)], ["truth"], context=2, scale=1)
    for step, frame in enumerate(movie):
        top, left = corner(frame, 100 + step)
        ring = frame[top - BORDER : top + 16 + BORDER, left - 1]
        colour = CONTEXT_COLOUR if step < 2 else FORECAST_COLOUR
        assert (ring == colour).all()
        assert (frame[top - 1, left : left + 16] == colour).all()


def test_pieces_make_the_same_animation():
    clips = video(2, 5)
    whole = side_by_side([clips], ["truth"], context=2)
    pieces = [
        side_by_side([clips[:, :3]], ["truth"], context=2, steps=5),
        side_by_side([clips[:, 3:]], ["truth"], context=2, first=3, steps=5),
    ]
    np.testing.assert_array_equal(np.concatenate(pieces), whole)


def test_without_context_no_colour_is_used():
    movie = side_by_side([video(2, 2)], scale=1)
    assert (movie == movie[..., :1]).all()


def test_progress_bar_grows_to_the_full_width():
    movie = side_by_side([video(3, 4)], context=1, scale=1)
    # Margin, one line of text, a gap and the bar are at the bottom.
    bar = movie[:, -(16 + 12 + 8 + 4)]
    given = (bar == CONTEXT_COLOUR).all(-1).sum(1)
    made = (bar == FORECAST_COLOUR).all(-1).sum(1)
    assert len(set(given)) == 1 and given[0] > 0 and made[0] == 0
    assert (np.diff(made) > 0).all()
    assert given[-1] + made[-1] == movie.shape[2] - 2 * 16


def test_progress_bar_begins_in_the_longest_animation():
    movie = side_by_side([video(1, 2)], context=2, scale=1, steps=10_000)
    bar = movie[:, -(16 + 12 + 8 + 4)]
    assert ((bar == CONTEXT_COLOUR).all(-1).sum(1) == 1).all()
    bar = side_by_side([video(1, 2)], context=0, scale=1)[:, -(16 + 12 + 8 + 4)]
    assert not (bar == CONTEXT_COLOUR).all(-1).any()


def test_one_clip_may_come_without_its_clip_axis():
    clip = video(1, 3)
    np.testing.assert_array_equal(
        side_by_side([clip[0]], context=1), side_by_side([clip], context=1)
    )


def test_labels_head_each_column():
    bare = side_by_side([video(2, 1)], scale=2, columns=2)
    labelled = side_by_side([video(2, 1)], ["it"], scale=2, columns=2)
    grown = labelled.shape[1] - bare.shape[1]
    np.testing.assert_array_equal(labelled[:, grown + 16 :], bare[:, 16:])
    head = labelled[0, : grown + 16]
    half = head.shape[1] // 2
    assert (head[:, :half] < 100).any() and (head[:, half:] < 100).any()


@pytest.mark.parametrize(
    "videos, options, words",
    [
        ([], {}, "at least one"),
        ([video(2, 3), video(2, 4)], {}, "the same shape"),
        ([video(2, 3) / 255], {}, "video 0 must be uint8"),
        ([video(2, 3)], {"context": 4}, "context must be from 0 to 3"),
        ([video(2, 3)], {"labels": []}, "labels must be 1, got 0"),
        ([video(2, 3)], {"columns": 0}, "columns must be at least 1"),
    ],
)
def test_invalid_input_is_refused(videos, options, words):
    with pytest.raises(ValueError, match=words):
        side_by_side(videos, **options)
