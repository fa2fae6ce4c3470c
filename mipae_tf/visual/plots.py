"""Curves of what is measured at each step, as PNG."""

import io
import math
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

DOTS_PER_INCH = 120
INK = "#333333"
FAINT = "#dadada"
# Told apart by readers with any colour vision (Okabe and Ito, 2008), in an
# order that puts the forecast's orange first.
COLOURS = (
    "#d55e00",
    "#0072b2",
    "#009e73",
    "#999999",
    "#cc79a7",
    "#e69f00",
    "#56b4e9",
    "#000000",
)


def per_step_plot(
    series: Mapping[str, tuple],
    ylabel: str,
    xlabel: str = "frames ahead",
) -> bytes:
    """Plots curves over steps, with bands.

    Args:
        series: For each name in the legend `(values, low, high)`, sequences
            of one number per step, the first at step 1; `low` and `high`
            bound the band and may be None. What is not finite leaves a gap.
        ylabel: What the values are, with their unit.
        xlabel: What the steps are.

    Returns:
        The plot as a PNG file's bytes.

    Raises:
        ValueError: No series, or a band of another length than its values.
    """
    if not series:
        raise ValueError("series is empty; at least one curve is needed.")
    figure = _figure(7, 4)
    axes = figure.add_subplot()
    for index, (name, curve) in enumerate(series.items()):
        _draw_curve(axes, name, curve, COLOURS[index % len(COLOURS)])
    _tidy(axes)
    axes.set_xlabel(xlabel)
    axes.set_ylabel(ylabel)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.legend(frameon=False, labelcolor=INK)
    return _png(figure)


def _draw_curve(axes: Axes, name: str, curve: tuple, colour: str) -> None:
    values, low, high = (
        None if part is None else _finite(part) for part in curve
    )
    for bound in (low, high):
        if bound is not None and len(bound) != len(values):
            raise ValueError(
                f"the band of {name!r} has {len(bound)} steps, its values "
                f"{len(values)}; they must be as many."
            )
    steps = np.arange(1, len(values) + 1)
    marker = "o" if len(values) < 30 else None
    axes.plot(
        steps, values, label=name, color=colour, marker=marker, markersize=3
    )
    if low is not None and high is not None:
        axes.fill_between(
            steps, low, high, color=colour, alpha=0.18, linewidth=0
        )


def _finite(values: Sequence[float]) -> np.ndarray:
    values = np.asarray(values, np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def loss_plot(rows: Sequence[Mapping]) -> bytes:
    """Plots what training logged, one panel for each loss of each stage.

    Args:
        rows: The rows of a loss file: `step`, optionally `stage`, and
            numbers by name. A name that a row lacks has no point there;
            what is no number is passed over.

    Returns:
        The plot as a PNG file's bytes.

    Raises:
        ValueError: No row holds a loss.
    """
    curves = _curves(rows)
    if not curves:
        raise ValueError(
            f"rows are {len(rows)} and hold no loss; at least one with "
            "`step` and a number is needed."
        )
    columns = min(3, len(curves))
    lines = math.ceil(len(curves) / columns)
    figure = _figure(max(5, 3.6 * columns), 2.6 * lines)
    for index, (title, points) in enumerate(curves.items()):
        axes = figure.add_subplot(lines, columns, index + 1)
        steps, values = zip(*points, strict=True)
        axes.plot(
            steps,
            _finite(values),
            color=COLOURS[1],
            linewidth=1.2,
            # A line needs two points to be seen.
            marker="o" if len(points) == 1 else None,
        )
        axes.set_title(title, fontsize=10, color=INK, loc="left")
        axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
        _tidy(axes)
        if index + columns >= len(curves):
            axes.set_xlabel("step")
    return _png(figure)


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


def _figure(width: float, height: float) -> Figure:
    # Without pyplot there is no global state: the caller's backend stays.
    figure = Figure((width, height), DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
    return figure


def _tidy(axes: Axes) -> None:
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(color=FAINT, labelcolor=INK, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
