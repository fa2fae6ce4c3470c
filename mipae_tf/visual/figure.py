"""Shared by all plots: figures, axes, colours and PNG encoding."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

DOTS_PER_INCH = 120
TEXT_COLOUR = "#333333"
LINE_COLOUR = "#dadada"
# Distinguishable with any colour vision (Okabe and Ito, 2008); the orange of
# the forecast comes first.
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


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of the given size in inches."""
    # Without pyplot there is no global state, and the user's backend is kept.
    figure = Figure((width, height), DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
    return figure


def tidy(axes: Axes) -> None:
    """Removes what is not needed to read the curves from the axes."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(LINE_COLOUR)
    axes.grid(color=LINE_COLOUR, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(color=LINE_COLOUR, labelcolor=TEXT_COLOUR, labelsize=9)
    axes.xaxis.label.set_color(TEXT_COLOUR)
    axes.yaxis.label.set_color(TEXT_COLOUR)


def finite(values: Sequence[float]) -> np.ndarray:
    """The values as float64, with NaN for values that are not finite."""
    values = np.asarray(values, np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def png_bytes(figure: Figure) -> bytes:
    """The figure as the bytes of a PNG file."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
