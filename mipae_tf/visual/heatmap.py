"""Heat maps of matrices, as PNG."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm
from matplotlib.colors import Colormap
from matplotlib.colors import Normalize

from mipae_tf.visual.figure import LINE_COLOUR
from mipae_tf.visual.figure import TEXT_COLOUR
from mipae_tf.visual.figure import new_figure
from mipae_tf.visual.figure import png_bytes

# Size of a cell in inches; if the figure would exceed MAX_INCHES, cells shrink.
CELL_WIDTH, CELL_HEIGHT = 0.62, 0.36
MAX_INCHES = 12
# Smaller cells have no room for their number.
MIN_NUMBER_WIDTH, MIN_NUMBER_HEIGHT = 0.42, 0.18


def heatmap(
    values: np.ndarray,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    title: str,
    unit: str,
    centre: float | None = None,
) -> bytes:
    """Draws a matrix as a heat map, with its numbers if they fit.

    Args:
        values: Numbers [rows, columns]; NaN cells are left blank, with a note
            below.
        row_labels: A label for each row.
        column_labels: A label for each column.
        title: Title of the plot.
        unit: Label of the colour bar: quantity and unit.
        centre: Value at the centre of a diverging colour map, such as 0 for
            differences.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: If the values are not a non-empty matrix or are infinite, or
            the number of labels does not match.
    """
    values = _checked(values, row_labels, column_labels)
    rows, columns = values.shape
    width = min(MAX_INCHES, CELL_WIDTH * columns)
    height = min(MAX_INCHES, CELL_HEIGHT * rows)
    longest = max(map(len, row_labels))
    figure = new_figure(width + 2.0 + 0.08 * longest, height + 1.6)
    axes = figure.add_subplot()
    image = axes.imshow(
        np.ma.masked_invalid(values),
        cmap=_colours(centre),
        norm=_norm(values, centre),
        aspect="auto",
    )
    _label(axes, row_labels, column_labels)
    axes.set_title(title, fontsize=10, color=TEXT_COLOUR, loc="left")
    if np.isnan(values).any():
        # Otherwise a blank cell would look like a pale one.
        axes.patch.set(hatch="////", edgecolor=LINE_COLOUR)
        axes.set_xlabel(
            "blank, hatched: no value", fontsize=8, color=TEXT_COLOUR
        )
    bar = figure.colorbar(image, ax=axes)
    bar.set_label(unit, size=9, color=TEXT_COLOUR)
    bar.ax.tick_params(color=LINE_COLOUR, labelcolor=TEXT_COLOUR, labelsize=9)
    bar.outline.set_edgecolor(LINE_COLOUR)
    if (
        width / columns >= MIN_NUMBER_WIDTH
        and height / rows >= MIN_NUMBER_HEIGHT
    ):
        _annotate(axes, image, values)
    return png_bytes(figure)


def _checked(
    values: np.ndarray, row_labels: Sequence, column_labels: Sequence
) -> np.ndarray:
    values = np.asarray(values, np.float64)
    if values.ndim != 2 or not values.size:
        raise ValueError(
            "values must be a matrix [rows, columns] of at least one cell, "
            f"got shape {values.shape}."
        )
    if np.isinf(values).any():
        raise ValueError("values must be finite or NaN, got infinity.")
    if values.shape != (len(row_labels), len(column_labels)):
        raise ValueError(
            f"values must have {len(row_labels)} rows and "
            f"{len(column_labels)} columns, as many as labels, got shape "
            f"{values.shape}."
        )
    return values


def _colours(centre: float | None) -> Colormap:
    """Dark is high; with a centre, blue is low and red is high."""
    return colormaps["Blues" if centre is None else "RdBu_r"]


def _norm(values: np.ndarray, centre: float | None) -> Normalize:
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    if centre is not None:
        reach = max(abs(low - centre), abs(high - centre)) or 1.0
        return CenteredNorm(centre, halfrange=reach)
    # With an empty range, all cells would have the lowest colour.
    return Normalize(low, high if high > low else low + 1)


def _label(axes: Axes, rows: Sequence[str], columns: Sequence[str]) -> None:
    axes.set_yticks(range(len(rows)), rows)
    upright = all(len(label) < 7 for label in columns)
    axes.set_xticks(
        range(len(columns)),
        columns,
        rotation=0 if upright else 35,
        ha="center" if upright else "right",
        rotation_mode="anchor",
    )
    axes.tick_params(length=0, labelcolor=TEXT_COLOUR, labelsize=9)
    axes.spines[:].set_color(LINE_COLOUR)


def _annotate(axes: Axes, image, values: np.ndarray) -> None:
    for (row, column), value in np.ndenumerate(values):
        if np.isnan(value):
            continue
        colour = image.cmap(image.norm(value))[:3]
        light = np.dot(colour, (0.299, 0.587, 0.114)) > 0.55
        axes.text(
            column,
            row,
            f"{value:.3g}",
            ha="center",
            va="center",
            fontsize=8,
            color=TEXT_COLOUR if light else "white",
        )
