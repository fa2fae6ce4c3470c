"""A matrix of numbers as coloured cells, as PNG."""

from collections.abc import Sequence

import numpy as np
from matplotlib import colormaps
from matplotlib.axes import Axes
from matplotlib.colors import CenteredNorm
from matplotlib.colors import Colormap
from matplotlib.colors import Normalize

from mipae_tf.visual.figure import FAINT
from mipae_tf.visual.figure import INK
from mipae_tf.visual.figure import new_figure
from mipae_tf.visual.figure import png_bytes

# Inches of a cell; with more cells than MOST_INCHES hold, cells shrink.
CELL_WIDTH, CELL_HEIGHT = 0.62, 0.36
MOST_INCHES = 12
# Narrower and lower cells have no room for their number.
NARROWEST, LOWEST = 0.42, 0.18


def heatmap(
    values: np.ndarray,
    row_labels: Sequence[str],
    column_labels: Sequence[str],
    title: str,
    unit: str,
    centre: float | None = None,
) -> bytes:
    """Draws a matrix, with its numbers where they fit.

    Args:
        values: Numbers [rows, columns]; NaN cells are left blank, and the
            picture says so.
        row_labels: A label for each row.
        column_labels: A label for each column.
        title: What the matrix is.
        unit: What the values are, with their unit, beside the colour bar.
        centre: The value that is neither high nor low, such as 0 for a
            difference; the colours then part there.

    Returns:
        The plot as a PNG file's bytes.

    Raises:
        ValueError: No matrix, an empty one, infinite values, or labels that
            are not as many as rows and columns.
    """
    values = _checked(values, row_labels, column_labels)
    rows, columns = values.shape
    width = min(MOST_INCHES, CELL_WIDTH * columns)
    height = min(MOST_INCHES, CELL_HEIGHT * rows)
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
    axes.set_title(title, fontsize=10, color=INK, loc="left")
    if np.isnan(values).any():
        # Else a blank cell could not be told from a pale one.
        axes.patch.set(hatch="////", edgecolor=FAINT)
        axes.set_xlabel("blank, hatched: no value", fontsize=8, color=INK)
    bar = figure.colorbar(image, ax=axes)
    bar.set_label(unit, size=9, color=INK)
    bar.ax.tick_params(color=FAINT, labelcolor=INK, labelsize=9)
    bar.outline.set_edgecolor(FAINT)
    if width / columns >= NARROWEST and height / rows >= LOWEST:
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
            f"values have shape {values.shape}, but there are "
            f"{len(row_labels)} row labels and {len(column_labels)} column "
            "labels; they must be as many."
        )
    return values


def _colours(centre: float | None) -> Colormap:
    """Dark is high; around a centre, blue is low and red is high."""
    return colormaps["Blues" if centre is None else "RdBu_r"]


def _norm(values: np.ndarray, centre: float | None) -> Normalize:
    known = values[np.isfinite(values)]
    low, high = (known.min(), known.max()) if known.size else (0.0, 1.0)
    if centre is not None:
        reach = max(abs(low - centre), abs(high - centre)) or 1.0
        return CenteredNorm(centre, halfrange=reach)
    # A range of no width would paint all cells as low.
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
    axes.tick_params(length=0, labelcolor=INK, labelsize=9)
    axes.spines[:].set_color(FAINT)


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
            color=INK if light else "white",
        )
