"""What all plots share: colours, paper, axes, and the way to a file."""

import io
from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

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


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of so many inches."""
    # Without pyplot there is no global state: the caller's backend stays.
    figure = Figure((width, height), DOTS_PER_INCH, layout="constrained")
    FigureCanvasAgg(figure)
    figure.get_layout_engine().set(w_pad=0.12, h_pad=0.12)
    return figure


def tidy(axes: Axes) -> None:
    """Leaves of the axes only what helps to read the curves."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.spines[["left", "bottom"]].set_color(FAINT)
    axes.grid(color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    axes.tick_params(color=FAINT, labelcolor=INK, labelsize=9)
    axes.xaxis.label.set_color(INK)
    axes.yaxis.label.set_color(INK)


def finite(values: Sequence[float]) -> np.ndarray:
    """The values as float64, NaN in place of what is not finite."""
    values = np.asarray(values, np.float64)
    return np.where(np.isfinite(values), values, np.nan)


def png_bytes(figure: Figure) -> bytes:
    """The figure as a PNG file's bytes."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png")
    return stream.getvalue()
