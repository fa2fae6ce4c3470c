import numpy as np
import pytest

from mipae_tf.visual.canvas import BACKGROUND_COLOUR
from mipae_tf.visual.canvas import CONTENT_COLOUR
from mipae_tf.visual.canvas import CONTEXT_COLOUR
from mipae_tf.visual.canvas import FORECAST_COLOUR
from mipae_tf.visual.canvas import POSE_COLOUR
from mipae_tf.visual.layouts import strip
from mipae_tf.visual.layouts import swap_grid


def flat(*shape, level=0):
    return np.full((*shape, 1), level, np.uint8)


def where(picture, colour):
    """Rows and columns of the pixels of a colour."""
    return np.nonzero((picture == colour).all(-1))


def runs(mask):
    """(first, length) of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.r_[0, mask.astype(int), 0]))
    return [(a, b - a) for a, b in edges.reshape(-1, 2).tolist()]


def test_strip_shows_every_frame_unchanged_at_its_scale():
    rng = np.random.default_rng(0)
    row = rng.integers(60, 240, (3, 5, 7, 3), dtype=np.uint8)
    picture = strip([row], scale=2)
    lefts = [
        left for left, _ in runs((picture != BACKGROUND_COLOUR).any((0, 2)))
    ]
    tops = [top for top, _ in runs((picture != BACKGROUND_COLOUR).any((1, 2)))]
    assert len(lefts) == 3 and len(tops) == 1
    for frame, left in zip(row, lefts, strict=True):
        shown = picture[tops[0] : tops[0] + 10, left : left + 14]
        np.testing.assert_array_equal(shown[::2, ::2], frame)
        np.testing.assert_array_equal(shown[1::2, 1::2], frame)


def test_strip_combines_grey_and_colour_rows():
    colour = np.zeros((4, 8, 8, 3), np.uint8)
    colour[..., 1] = 200
    picture = strip([flat(4, 8, 8), colour], scale=1)
    _, grey_columns = where(picture, (0, 0, 0))
    _, green_columns = where(picture, (0, 200, 0))
    assert set(grey_columns) == set(green_columns)
    assert len(set(grey_columns)) == 32


def test_strip_marks_context_and_forecast_above_their_frames():
    picture = strip([flat(5, 32, 32)], scale=1, context=2)
    frames = runs((picture == 0).all(-1).any(0))
    assert [length for _, length in frames] == [32] * 5
    blue = runs((picture == CONTEXT_COLOUR).all(-1).sum(0) > 3)
    orange = runs((picture == FORECAST_COLOUR).all(-1).sum(0) > 3)
    assert blue == [(frames[0][0], frames[1][0] + 32 - frames[0][0])]
    line, bar = orange
    assert bar == (frames[2][0], frames[4][0] + 32 - frames[2][0])
    assert frames[1][0] + 32 < line[0] < line[0] + line[1] < frames[2][0]


def test_strip_without_context_has_no_marks():
    picture = strip([flat(3, 16, 16)])
    assert where(picture, CONTEXT_COLOUR)[0].size == 0
    assert where(picture, FORECAST_COLOUR)[0].size == 0


@pytest.mark.parametrize(
    "context, present, absent",
    [
        (0, FORECAST_COLOUR, CONTEXT_COLOUR),
        (3, CONTEXT_COLOUR, FORECAST_COLOUR),
    ],
)
def test_strip_of_only_context_or_forecast_has_one_colour(
    context, present, absent
):
    picture = strip([flat(3, 32, 32)], context=context)
    assert where(picture, present)[0].size > 0
    assert where(picture, absent)[0].size == 0


def test_strip_aligns_short_rows_on_the_right():
    picture = strip([flat(5, 8, 8), flat(2, 8, 8, level=99)], scale=1)
    _, long = where(picture, (0, 0, 0))
    _, short = where(picture, (99, 99, 99))
    assert set(short) == set(sorted(set(long))[-16:])


def test_strip_labels_widen_only_the_left_margin():
    bare = strip([flat(2, 32, 32)])
    labelled = strip([flat(2, 32, 32)], labels=["truth"])
    assert labelled.shape[0] == bare.shape[0]
    grown = labelled.shape[1] - bare.shape[1]
    np.testing.assert_array_equal(labelled[:, grown + 8 :], bare[:, 8:])
    assert (labelled[:, 8:grown] < 100).any()


@pytest.mark.parametrize(
    "rows, options, words",
    [
        ([], {}, "at least one clip"),
        ([flat(2, 8, 8), flat(2, 8, 9)], {}, "sizes"),
        ([flat(2, 8, 8).astype(np.float32)], {}, "uint8.*float32"),
        ([np.zeros((2, 8, 8, 2), np.uint8)], {}, r"\[2, 8, 8, 2\]"),
        ([flat(0, 8, 8)], {}, "not empty"),
        ([flat(2, 8, 8)], {"context": 3}, "context must be from 0 to 2"),
        ([flat(2, 8, 8)], {"labels": ["a", "b"]}, "labels must be 1, got 2"),
        ([flat(2, 8, 8)], {"scale": 0}, "scale must be .* got 0"),
    ],
)
def test_strip_refuses_invalid_input(rows, options, words):
    with pytest.raises(ValueError, match=words):
        strip(rows, **options)


def test_swap_grid_has_content_in_rows_and_pose_in_columns():
    contents = np.stack([flat(16, 16, level=60), flat(16, 16, level=61)])
    poses = np.stack([flat(16, 16, level=70 + j) for j in range(3)])
    swapped = np.stack(
        [
            np.stack([flat(16, 16, level=100 + 10 * i + j) for j in range(3)])
            for i in range(2)
        ]
    )
    picture = swap_grid(contents, poses, swapped, scale=1)

    def place(level):
        # Labels are antialiased greys, so a level's largest patch counts.
        mask = (picture == level).all(-1)
        rows = np.flatnonzero(mask.sum(1) >= 16)
        columns = np.flatnonzero(mask.sum(0) >= 16)
        assert len(rows) == len(columns) == 16
        return rows[0], columns[0]

    for i in range(2):
        for j in range(3):
            top, left = place(100 + 10 * i + j)
            assert top == place(60 + i)[0]
            assert left == place(70 + j)[1]
    assert place(60)[1] < place(100)[1] < place(101)[1]
    assert place(70)[0] < place(100)[0] < place(110)[0]


def test_swap_grid_bars_name_the_sources():
    frames = flat(2, 32, 32)
    picture = swap_grid(frames, frames, flat(2, 2, 32, 32))
    rows, columns = where(picture, POSE_COLOUR)
    assert np.ptp(columns) > np.ptp(rows) and rows.max() < 64
    rows, columns = where(picture, CONTENT_COLOUR)
    assert np.ptp(rows) > np.ptp(columns) and columns.max() < 64


def test_swap_grid_refuses_mismatching_shapes():
    with pytest.raises(ValueError, match="swapped must be"):
        swap_grid(flat(2, 8, 8), flat(3, 8, 8), flat(3, 2, 8, 8))
    with pytest.raises(ValueError, match="contents must be uint8"):
        swap_grid(flat(8, 8), flat(3, 8, 8), flat(3, 2, 8, 8))
