"""Curves with bands over any x, as PNG."""

from collections.abc import Mapping

from matplotlib.axes import Axes

from mipae_tf.visual.figure import COLOURS
from mipae_tf.visual.figure import INK
from mipae_tf.visual.figure import finite
from mipae_tf.visual.figure import new_figure
from mipae_tf.visual.figure import png_bytes
from mipae_tf.visual.figure import tidy

# A longer curve is a line alone.
MOST_MARKED = 30
# Where the colours are used up, the next curves repeat them dashed.
LINE_STYLES = ("-", "--", ":", "-.")


def curve_plot(
    series: Mapping[str, tuple],
    xlabel: str,
    ylabel: str,
    log_x: bool = False,
) -> bytes:
    """Plots curves, with bands.

    Args:
        series: For each name in the legend `(x, y, low, high)`, sequences of
            one number per point; `low` and `high` bound the band and may be
            None. A y that is not finite leaves a gap.
        xlabel: What x is, with its unit.
        ylabel: What y is, with its unit.
        log_x: Whether x is drawn on a logarithmic axis.

    Returns:
        The plot as a PNG file's bytes.

    Raises:
        ValueError: No series, parts of a series of different lengths, an x
            that is not finite, or not above 0 on a logarithmic axis.
    """
    figure = new_figure(7, 4)
    axes = figure.add_subplot()
    draw_curves(axes, series)
    if log_x:
        for name, (x, *_) in series.items():
            if not min(x, default=1) > 0:
                raise ValueError(
                    f"x of {name!r} goes down to {min(x)}; with log_x it must "
                    "be above 0."
                )
        axes.set_xscale("log")
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    return png_bytes(figure)


def draw_curves(axes: Axes, series: Mapping[str, tuple]) -> None:
    """Draws the series of `curve_plot` and their legend on tidy axes."""
    if not series:
        raise ValueError("series is empty; at least one curve is needed.")
    for index, (name, curve) in enumerate(series.items()):
        row, column = divmod(index, len(COLOURS))
        style = LINE_STYLES[row % len(LINE_STYLES)]
        _draw_curve(axes, name, curve, COLOURS[column], style)
    tidy(axes)
    # Beside the curves where they are many, for it would hide them.
    beside = {"loc": "center left", "bbox_to_anchor": (1, 0.5)}
    many = len(series) > len(COLOURS) // 2
    axes.legend(frameon=False, labelcolor=INK, **(beside if many else {}))


def _draw_curve(
    axes: Axes, name: str, curve: tuple, colour: str, style: str
) -> None:
    x, y, low, high = (None if part is None else finite(part) for part in curve)
    if len(x) != len(y):
        raise ValueError(
            f"{name!r} has {len(x)} x and {len(y)} y; they must be as many."
        )
    if (x != x).any():
        raise ValueError(f"x of {name!r} must be finite, got {list(curve[0])}.")
    for bound in (low, high):
        if bound is not None and len(bound) != len(y):
            raise ValueError(
                f"the band of {name!r} has {len(bound)} steps, its values "
                f"{len(y)}; they must be as many."
            )
    axes.plot(
        x,
        y,
        style,
        label=name,
        color=colour,
        marker="o" if len(y) < MOST_MARKED else None,
        markersize=3,
    )
    if low is not None and high is not None:
        axes.fill_between(x, low, high, color=colour, alpha=0.18, linewidth=0)
