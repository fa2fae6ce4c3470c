"""Plots of values per step, as PNG."""

import math
from collections.abc import Mapping
from collections.abc import Sequence

from matplotlib.ticker import MaxNLocator

from mipae_tf.visual.curves import draw_curves
from mipae_tf.visual.figure import COLOURS
from mipae_tf.visual.figure import TEXT_COLOUR
from mipae_tf.visual.figure import finite
from mipae_tf.visual.figure import new_figure
from mipae_tf.visual.figure import png_bytes
from mipae_tf.visual.figure import tidy


def per_step_plot(
    series: Mapping[str, tuple],
    ylabel: str,
    xlabel: str = "frames ahead",
) -> bytes:
    """Plots curves over steps, with bands.

    Args:
        series: Maps each name in the legend to `(values, low, high)`,
            sequences with one number per step, the first at step 1; `low` and
            `high` are the limits of the band and may be None. Values that are
            not finite leave a gap.
        ylabel: Label of the y axis, with the unit.
        xlabel: Label of the x axis.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: If there is no series, or lengths within a series differ.
    """
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    draw_curves(
        axes,
        {
            name: (range(1, 1 + len(values)), values, low, high)
            for name, (values, low, high) in series.items()
        },
    )
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    return png_bytes(figure)


def loss_plot(rows: Sequence[Mapping]) -> bytes:
    """Plots the logged losses, one panel for each loss of each stage.

    Args:
        rows: The rows of a loss file: `step`, optionally `stage`, and numbers
            by name. Rows may lack a name; values that are not numbers are
            ignored.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: If no row contains a loss.
    """
    curves = _curves(rows)
    if not curves:
        raise ValueError(
            "rows must contain at least one with `step` and a loss, got "
            f"{len(rows)} rows without a loss."
        )
    columns = min(3, len(curves))
    lines = math.ceil(len(curves) / columns)
    figure = new_figure(max(5, 3.6 * columns), 2.6 * lines)
    for index, (title, points) in enumerate(curves.items()):
        axes = figure.add_subplot(lines, columns, index + 1)
        steps, values = zip(*points, strict=True)
        axes.plot(
            steps,
            finite(values),
            color=COLOURS[1],
            linewidth=1.2,
            # A line with a single point would be invisible.
            marker="o" if len(points) == 1 else None,
        )
        axes.set_title(title, fontsize=10, color=TEXT_COLOUR, loc="left")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        tidy(axes)
        if index + columns >= len(curves):
            axes.set_xlabel("step")
    return png_bytes(figure)


def _curves(rows: Sequence[Mapping]) -> dict[str, list[tuple]]:
    """(step, value) pairs by title, in the order of first appearance."""
    curves = {}
    for row in rows:
        stage = f"{row['stage']}: " if "stage" in row else ""
        for name, value in row.items():
            number = isinstance(value, int | float)
            if number and name not in ("step", "stage"):
                curves.setdefault(stage + name, []).append((row["step"], value))
    return curves
