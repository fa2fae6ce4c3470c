import io

import numpy as np
import pytest
from PIL import Image

from mipae_tf.visual import heatmap as module
from mipae_tf.visual.heatmap import heatmap

ROWS, COLUMNS = ["content", "pose"], ["x", "y", "shape"]


@pytest.fixture
def draw(monkeypatch):
    """Axes with the cells, and axes with the bar, of a heat map."""

    def drawn(values, centre=None):
        rows, columns = ([str(n) for n in range(m)] for m in np.shape(values))
        figure = heatmap(values, rows, columns, "Reads", "R²", centre)
        return figure.axes

    monkeypatch.setattr(module, "png_bytes", lambda figure: figure)
    return drawn


def colour(axes, value):
    image = axes.images[0]
    return np.array(image.cmap(image.norm(value))[:3])


def test_is_a_picture_of_labelled_cells(draw):
    values = np.arange(6.0).reshape(2, 3)
    figure = heatmap(values, ROWS, COLUMNS, "Reads", "R²")
    axes, bar = figure.axes
    assert [t.get_text() for t in axes.get_yticklabels()] == ROWS
    assert [t.get_text() for t in axes.get_xticklabels()] == COLUMNS
    assert axes.get_title(loc="left") == "Reads"
    assert bar.get_ylabel() == "R²"
    assert np.array_equal(axes.images[0].get_array(), values)


def test_dark_is_high(draw):
    axes, _ = draw([[1.0, 2.0, 3.0]])
    lightness = [colour(axes, value).sum() for value in (1, 2, 3)]
    assert lightness[0] > lightness[1] > lightness[2]


def test_colours_diverge_at_the_centre(draw):
    axes, _ = draw([[-1.0, 0.5, 0.75]], centre=0.5)
    assert np.ptp(colour(axes, 0.5)) < 0.02
    low, high = colour(axes, 0.0), colour(axes, 1.0)
    assert low[2] > low[0] and high[0] > high[2]
    # The range is symmetric, although no value reaches the other end.
    assert axes.images[0].norm(0.0) == pytest.approx(1 / 3)


def test_numbers_are_drawn_in_cells_that_are_large_enough(draw):
    axes, _ = draw([[0.123456, -2.0, 1000.0]])
    texts = [text.get_text() for text in axes.texts]
    assert texts == ["0.123", "-2", "1e+03"]
    assert [text.get_position() for text in axes.texts] == [
        (0, 0),
        (1, 0),
        (2, 0),
    ]
    assert not draw(np.zeros((1, 60)))[0].texts
    assert not draw(np.zeros((100, 1)))[0].texts


def test_blank_cells_are_explained(draw):
    axes, _ = draw([[1.0, np.nan, 3.0]])
    assert [text.get_text() for text in axes.texts] == ["1", "3"]
    assert axes.get_xlabel() == "blank, hatched: no value"
    assert axes.images[0].get_array().mask.tolist() == [[False, True, False]]
    assert draw([[1.0, 2.0, 3.0]])[0].get_xlabel() == ""


@pytest.mark.parametrize("centre", [None, 2.0])
@pytest.mark.parametrize("value", [2.0, np.nan])
def test_equal_or_missing_values_can_be_drawn(value, centre):
    png = heatmap([[value]], ["a"], ["b"], "Reads", "R²", centre)
    assert Image.open(io.BytesIO(png)).width > 200


@pytest.mark.parametrize(
    "values, message",
    [
        ([1.0, 2.0], r"matrix \[rows, columns\].*shape \(2,\)"),
        (np.zeros((0, 3)), r"at least one cell.*\(0, 3\)"),
        ([[1.0, np.inf, 0], [0, 0, 0]], "finite or NaN, got infinity"),
        (np.zeros((2, 2)), "2 rows and 3 columns"),
    ],
)
def test_invalid_matrices_are_refused(values, message):
    with pytest.raises(ValueError, match=message):
        heatmap(values, ROWS, COLUMNS, "Reads", "R²")
