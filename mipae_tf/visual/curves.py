"""Plots of curves with bands, as PNG."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from mipae_tf.visual.figure import COLOURS
from mipae_tf.visual.figure import TEXT_COLOUR
from mipae_tf.visual.figure import finite
from mipae_tf.visual.figure import new_figure
from mipae_tf.visual.figure import png_bytes
from mipae_tf.visual.figure import tidy

# Longer curves are drawn without markers.
MAX_MARKED_POINTS = 30
# After the last colour, the colours repeat with the next line style.
LINE_STYLES = ("-", "--", ":", "-.")


def curve_plot(
    series: Mapping[str, tuple],
    xlabel: str,
    ylabel: str,
    log_x: bool = False,
) -> bytes:
    """Plots curves, with bands.

    Args:
        series: Maps each name in the legend to `(x, y, low, high)`, sequences
            with one number per point; `low` and `high` are the limits of the
            band and may be None. A y that is not finite leaves a gap.
        xlabel: Label of the x axis, with the unit.
        ylabel: Label of the y axis, with the unit.
        log_x: Whether the x axis is logarithmic.

    Returns:
        The bytes of a PNG file.

    Raises:
        ValueError: If there is no series, lengths within a series differ, or an
            x is not finite, or not positive on a logarithmic axis.
    """
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    draw_curves(axes, series)
    if log_x:
        for name, (x, *_) in series.items():
            if not min(x, default=1) > 0:
                raise ValueError(
                    f"x of {name!r} must be above 0 with log_x, got {min(x)}."
                )
        axes.set_xscale("log")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return png_bytes(figure)


def draw_curves(axes: Axes, series: Mapping[str, tuple]) -> None:
    """Draws the series of `curve_plot` and their legend."""
    if not series:
        raise ValueError("series must contain at least one curve, got none.")
    for index, (name, curve) in enumerate(series.items()):
        row, column = divmod(index, len(COLOURS))
        style = LINE_STYLES[row % len(LINE_STYLES)]
        _draw_curve(axes, name, curve, COLOURS[column], style)
    tidy(axes)
    # A long legend is placed beside the curves, so that it hides none.
    beside = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
    many = len(series) > len(COLOURS) // 2
    axes.legend(
        frameon=False, labelcolor=TEXT_COLOUR, **(beside if many else {})
    )


def _draw_curve(
    axes: Axes, name: str, curve: tuple, colour: str, style: str
) -> None:
    x, y, low, high = (None if part is None else finite(part) for part in curve)
    if len(x) != len(y):
        raise ValueError(
            f"{name!r} must have as many x as y, got {len(x)} and {len(y)}."
        )
    if (x != x).any():
        raise ValueError(f"x of {name!r} must be finite, got {list(curve[0])}.")
    for bound in (low, high):
        if bound is not None and len(bound) != len(y):
            raise ValueError(
                f"the band of {name!r} must have {len(y)} points like its "
                f"values, got {len(bound)}."
            )
    axes.plot(
        x,
        y,
        style,
        label=name,
        color=colour,
        marker="o" if len(y) < MAX_MARKED_POINTS else None,
        markersize=3,
    )
    if low is not None and high is not None:
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
