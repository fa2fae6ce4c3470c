"""Still pictures of several clips: the strip and the swap grid."""

from collections.abc import Sequence

import numpy as np

from mipae_tf.visual.canvas import CONTENT
from mipae_tf.visual.canvas import CONTEXT
from mipae_tf.visual.canvas import FORECAST
from mipae_tf.visual.canvas import MARGIN
from mipae_tf.visual.canvas import POSE
from mipae_tf.visual.canvas import Canvas
from mipae_tf.visual.canvas import as_rgb
from mipae_tf.visual.canvas import enlarge
from mipae_tf.visual.canvas import text_size
from mipae_tf.visual.canvas import text_width

GAP = 3  # between the frames of one row
ROW_GAP = 8
GROUP_GAP = 18  # between context and forecast, or sources and swaps
BAR = 4  # thickness of the coloured bars
RULE = 2  # thickness of the line before the forecast


def check_context(context: int | None, steps: int) -> None:
    """Raises ValueError unless `context` lies between 0 and `steps`."""
    if context is not None and not 0 <= context <= steps:
        raise ValueError(
            f"context is {context} frames; the clip has {steps}, so 0 to "
            f"{steps} are allowed."
        )


def check_labels(labels: Sequence[str] | None, count: int) -> Sequence[str]:
    """The labels, or empty ones for None.

    Raises:
        ValueError: Their number is not `count`.
    """
    labels = [""] * count if labels is None else labels
    if len(labels) != count:
        raise ValueError(f"labels are {len(labels)}; {count} are needed.")
    return labels


def strip(
    rows: Sequence[np.ndarray],
    labels: Sequence[str] | None = None,
    scale: int = 2,
    context: int | None = None,
) -> np.ndarray:
    """Draws clips as rows of frames, one under the other.

    Args:
        rows: uint8 [time, height, width, 1 or 3] each, of one frame size. A
            row shorter than the longest ends where that ends: a forecast
            without its context stands under the frames it predicts.
        labels: A word for each row, written at its left.
        scale: Pixels on the sheet per pixel of a frame.
        context: How many frames of the longest row the model was given. A
            blue bar stands over these, an orange bar over the rest and an
            orange line between; None draws no mark.

    Returns:
        The picture, uint8 [height, width, 3].

    Raises:
        ValueError: No rows, rows of different frame sizes, a wrong type,
            or a context or labels that do not fit.
    """
    rows = _checked_rows(rows)
    labels = check_labels(labels, len(rows))
    rows = [enlarge(row, scale) for row in rows]
    height, width = rows[0].shape[1:3]
    steps = max(len(row) for row in rows)
    check_context(context, steps)
    size = text_size(height)
    label_width = max(text_width(label, size) for label in labels)
    left = MARGIN + label_width + (MARGIN if label_width else 0)
    lefts = _frame_lefts(left, steps, width, context)
    top = MARGIN + (0 if context is None else size + 2 * BAR + ROW_GAP)
    bottom = top + len(rows) * (height + ROW_GAP) - ROW_GAP
    canvas = Canvas(bottom + MARGIN, lefts[-1] + width + MARGIN)
    if context is not None:
        _mark_context(canvas, lefts, width, context, size, bottom)
    for index, (row, label) in enumerate(zip(rows, labels, strict=True)):
        row_top = top + index * (height + ROW_GAP)
        canvas.text(label, row_top + height // 2, MARGIN, size)
        for frame, frame_left in zip(
            row, lefts[steps - len(row) :], strict=True
        ):
            canvas.paste(frame, row_top, frame_left)
    return canvas.pixels()


def _checked_rows(rows: Sequence[np.ndarray]) -> list[np.ndarray]:
    rows = [
        as_rgb(row, f"row {index}", ("time", "height", "width"))
        for index, row in enumerate(rows)
    ]
    sizes = {row.shape[1:3] for row in rows}
    if len(sizes) != 1:
        raise ValueError(
            f"rows have frames of sizes {sorted(sizes)}; at least one row, "
            "and one size for all, is needed."
        )
    return rows


def _frame_lefts(
    left: int, steps: int, width: int, context: int | None
) -> list[int]:
    """Where each step's frame begins, a wider gap before the forecast."""
    split = context if context and context < steps else steps
    return [
        left + step * (width + GAP) + (GROUP_GAP - GAP) * (step >= split)
        for step in range(steps)
    ]


def _mark_context(
    canvas: Canvas,
    lefts: Sequence[int],
    width: int,
    context: int,
    size: int,
    bottom: int,
) -> None:
    groups = (
        ("context", CONTEXT, lefts[:context]),
        ("forecast", FORECAST, lefts[context:]),
    )
    for word, colour, group in groups:
        if group:
            span = group[-1] + width - group[0]
            canvas.text_within(
                word, MARGIN + size // 2, group[0], span, size, colour
            )
            canvas.box(MARGIN + size + BAR, group[0], BAR, span, colour)
    if 0 < context < len(lefts):
        top = MARGIN + size + BAR
        left = lefts[context] - (GROUP_GAP + RULE) // 2
        canvas.box(top, left, bottom - top, RULE, FORECAST)


def swap_grid(
    contents: np.ndarray,
    poses: np.ndarray,
    swapped: np.ndarray,
    scale: int = 2,
) -> np.ndarray:
    """Draws what a model makes of one frame's content and another's pose.

    The frames that content is taken from stand down the left side, those
    that pose is taken from along the top; cell (i, j) has content i with
    pose j. The layout depends on shapes alone, so the grids of successive
    steps can be stacked into an animation.

    Args:
        contents: uint8 [contents, height, width, 1 or 3].
        poses: uint8 [poses, height, width, 1 or 3].
        swapped: uint8 [contents, poses, height, width, 1 or 3].
        scale: Pixels on the sheet per pixel of a frame.

    Returns:
        The picture, uint8 [height, width, 3].

    Raises:
        ValueError: A wrong type, or shapes that do not fit together.
    """
    contents = as_rgb(contents, "contents", ("contents", "height", "width"))
    poses = as_rgb(poses, "poses", ("poses", "height", "width"))
    swapped = as_rgb(
        swapped, "swapped", ("contents", "poses", "height", "width")
    )
    expected = (len(contents), *poses.shape)
    if swapped.shape != expected or contents.shape[1:] != poses.shape[1:]:
        raise ValueError(
            f"swapped is {list(swapped.shape)}; contents "
            f"{list(contents.shape)} and poses {list(poses.shape)} of one "
            "frame size give [contents, poses, height, width, 3]."
        )
    cells = [enlarge(x, scale) for x in (contents, poses, swapped)]
    return _draw_grid(*cells)


def _draw_grid(
    contents: np.ndarray, poses: np.ndarray, swapped: np.ndarray
) -> np.ndarray:
    rows, columns, height, width = swapped.shape[:4]
    size = text_size(height)
    # Heading, bar, sources and a wider gap stand before the swaps, on both
    # sides alike.
    source = MARGIN + size + 2 * BAR + ROW_GAP
    tops = [
        source + height + GROUP_GAP + row * (height + GAP)
        for row in range(rows)
    ]
    lefts = [
        source + width + GROUP_GAP + column * (width + GAP)
        for column in range(columns)
    ]
    canvas = Canvas(tops[-1] + height + MARGIN, lefts[-1] + width + MARGIN)
    down = tops[-1] + height - tops[0]
    across = lefts[-1] + width - lefts[0]
    canvas.text_within(
        "pose from", MARGIN + size // 2, lefts[0], across, size, POSE
    )
    canvas.box(MARGIN + size + BAR, lefts[0], BAR, across, POSE)
    canvas.text_upwards_within(
        "content from", tops[0], MARGIN, down, size, size, CONTENT
    )
    canvas.box(tops[0], MARGIN + size + BAR, down, BAR, CONTENT)
    for column, left in enumerate(lefts):
        canvas.paste(poses[column], source, left)
    for row, top in enumerate(tops):
        canvas.paste(contents[row], top, source)
        for column, left in enumerate(lefts):
            canvas.paste(swapped[row, column], top, left)
    return canvas.pixels()
