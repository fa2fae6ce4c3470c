import io
import math

import numpy as np
import pytest
from matplotlib import colors
from PIL import Image

from mipae_tf.visual.curves import curve_plot
from mipae_tf.visual.figure import COLOURS


def inked(png, colour):
    """Where a curve's colour is: rows and columns of the picture."""
    picture = np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))
    rgb = np.rint(255 * np.array(colors.to_rgb(colour)))
    return np.nonzero((picture == rgb).all(-1))


def test_points_are_drawn_at_their_x():
    # The last tenth of the axis without, two thirds of it with logarithms.
    series = {"a": ([1, 10, 1000], [0, 0, 9], None, None)}
    linear, log = (
        inked(curve_plot(series, "labels", "accuracy", log_x), COLOURS[0])
        for log_x in (False, True)
    )

    def rise(places):
        """Share of the axis on which the curve stays at its least."""
        rows, columns = places
        low = columns[rows >= rows.max() - 2]
        return (low.max() - columns.min()) / np.ptp(columns)

    assert rise(log) > rise(linear) + 0.1


def test_a_y_that_is_not_finite_leaves_a_gap():
    x, whole = range(9), [1.0] * 9
    gap = [1.0] * 4 + [math.nan] + [1.0] * 4
    full, broken = (
        inked(curve_plot({"a": (x, y, None, None)}, "x", "y"), COLOURS[0])
        for y in (whole, gap)
    )
    assert 0 < len(broken[0]) < len(full[0])


def test_more_curves_than_colours_have_different_styles():
    series = {
        str(n): ([0, 1], [n, n], None, None) for n in range(len(COLOURS) + 1)
    }
    rows, columns = inked(curve_plot(series, "x", "y"), COLOURS[0])
    lengths = [np.sum(rows == row) for row in np.unique(rows)]
    # The ninth has the first one's colour, dashed.
    assert len(set(lengths)) > 1


@pytest.mark.parametrize(
    "curve, log_x, message",
    [
        (([1, 2], [1], None, None), False, "'a' must have as many x as y"),
        (([1], [1], [1, 2], [2, 3]), False, "band of 'a' must have"),
        (([1, math.nan], [1, 2], None, None), False, "x of 'a' must be finite"),
        (([0, 1], [1, 2], None, None), True, "x of 'a' must be above 0"),
    ],
)
def test_invalid_series_are_refused(curve, log_x, message):
    with pytest.raises(ValueError, match=message):
        curve_plot({"a": curve}, "x", "y", log_x)


def test_no_series_is_refused():
    with pytest.raises(ValueError, match="at least one curve"):
        curve_plot({}, "x", "y")
