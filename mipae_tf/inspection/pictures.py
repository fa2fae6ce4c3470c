"""Pictures of clips with their factors."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np
from matplotlib.ticker import MaxNLocator

from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.visual.canvas import MARGIN
from mipae_tf.visual.canvas import Canvas
from mipae_tf.visual.canvas import as_rgb
from mipae_tf.visual.canvas import enlarge
from mipae_tf.visual.canvas import text_width
from mipae_tf.visual.figure import COLOURS
from mipae_tf.visual.figure import new_figure
from mipae_tf.visual.figure import png_bytes
from mipae_tf.visual.figure import tidy

Names = Mapping[str, Sequence[str] | None]

FRAME_PIXELS = 192  # height of a frame in the animation, about
TEXT_SIZE = 12
LINE_HEIGHT = 16
HISTOGRAM_BINS = 30
# A factor with more values is counted in bins.
MAX_BARS = 60
COLUMNS = 3
# Characters of all labels below a histogram that fit side by side.
LABEL_CHARACTERS = 30
SMALL_LABELS_ABOVE = 12


def clips_with_factors(clips: Clips, names: Names) -> np.ndarray:
    """Draws clips side by side, with their factors below each frame.

    Args:
        clips: the clips.
        names: names of the values by factor, or None.

    Returns:
        uint8 `[time, height, width, 3]`.
    """
    video = as_rgb(clips.video, "video", ("clips", "time", "height", "width"))
    scale = max(1, FRAME_PIXELS // video.shape[2])
    height, width = (side * scale for side in video.shape[2:4])
    factors = clips.factors_of()
    lines = [_line(clips, f, names, 0, 0) for f in factors]
    column = (
        max([width, *(text_width(x, TEXT_SIZE) + 8 for x in lines)]) + MARGIN
    )
    canvas_height = 2 * MARGIN + height + LINE_HEIGHT * len(factors)
    frames = []
    for time in range(clips.length):
        canvas = Canvas(canvas_height, MARGIN + column * len(clips))
        for clip in range(len(clips)):
            left = MARGIN + clip * column
            canvas.paste(enlarge(video[clip, time], scale), MARGIN, left)
            for row, factor in enumerate(factors):
                text = _line(clips, factor, names, clip, time)
                top = MARGIN + height + LINE_HEIGHT * row + LINE_HEIGHT
                canvas.text(text, top, left, TEXT_SIZE)
        frames.append(canvas.pixels())
    return np.stack(frames)  # [time, height, width, 3]


def factor_histograms(clips: Clips, names: Names) -> bytes:
    """Counts the values of each factor.

    Args:
        clips: the clips; values that are per frame are counted in each.
        names: names of the values by factor, or None.

    Returns:
        The bytes of a PNG file.
    """
    factors = clips.factors_of()
    rows = -(-len(factors) // COLUMNS)
    tall = any(_has_long_labels(names[each.name]) for each in factors)
    figure = new_figure(4 * COLUMNS, (3.2 if tall else 2.4) * rows)
    for number, factor in enumerate(factors, start=1):
        axes = figure.add_subplot(rows, COLUMNS, number)
        values = np.ravel(clips.values[factor.name])
        if factor.size is not None and factor.size <= MAX_BARS:
            counts = np.bincount(values.astype(int), minlength=factor.size)
            axes.bar(range(factor.size), counts, color=COLOURS[0])
            labels = names[factor.name]
            if labels and not labels[0].isdigit():
                angle = 90 if _has_long_labels(labels) else 0
                axes.set_xticks(range(factor.size), labels, rotation=angle)
            else:
                axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        else:
            axes.hist(values, bins=HISTOGRAM_BINS, color=COLOURS[0])
        axes.set_title(factor.name, fontsize=9)
        axes.set_ylabel("frames" if factor.per_frame else "clips", fontsize=9)
        tidy(axes)
        if len(names[factor.name] or ()) > SMALL_LABELS_ABOVE:
            axes.tick_params("x", labelsize=6)
    return png_bytes(figure)


def _has_long_labels(labels: Sequence[str] | None) -> bool:
    if not labels or labels[0].isdigit():
        return False
    return sum(map(len, labels)) > LABEL_CHARACTERS


def _line(
    clips: Clips, factor: Factor, names: Names, clip: int, time: int
) -> str:
    values = clips.values[factor.name][clip]
    value = values[time] if factor.per_frame else values
    labels = names[factor.name]
    if labels is not None:
        return f"{factor.name}: {labels[int(value)]}"
    text = f"{value:.3g}" if np.issubdtype(type(value), np.floating) else value
    return f"{factor.name}: {text}"
