"""Still pictures of several clips: strips and swap grids."""

from collections.abc import Sequence

import numpy as np

from mipae_tf.visual.canvas import CONTENT_COLOUR
from mipae_tf.visual.canvas import CONTEXT_COLOUR
from mipae_tf.visual.canvas import FORECAST_COLOUR
from mipae_tf.visual.canvas import MARGIN
from mipae_tf.visual.canvas import POSE_COLOUR
from mipae_tf.visual.canvas import Canvas
from mipae_tf.visual.canvas import as_rgb
from mipae_tf.visual.canvas import enlarge
from mipae_tf.visual.canvas import text_size
from mipae_tf.visual.canvas import text_width

FRAME_GAP = 3  # between the frames of one row
ROW_GAP = 8
GROUP_GAP = 18  # between context and forecast, or sources and swaps
BAR_HEIGHT = 4  # of the coloured bars
LINE_WIDTH = 2  # of the line before the forecast


def check_context(context: int | None, steps: int) -> None:
    """Raises a ValueError unless `context` is from 0 to `steps`."""
    if context is not None and not 0 <= context <= steps:
        raise ValueError(
            f"context must be from 0 to {steps}, the frames of the clip, got "
            f"{context}."
        )


def check_labels(labels: Sequence[str] | None, count: int) -> Sequence[str]:
    """Returns the labels, or empty ones for None.

    Raises:
        ValueError: If their number is not `count`.
    """
    labels = [""] * count if labels is None else labels
    if len(labels) != count:
        raise ValueError(f"labels must be {count}, got {len(labels)}.")
    return labels


def strip(
    rows: Sequence[np.ndarray],
    labels: Sequence[str] | None = None,
    scale: int = 2,
    context: int | None = None,
) -> np.ndarray:
    """Draws clips as rows of frames.

    Args:
        rows: Clips, uint8 [time, height, width, 1 or 3] each, with the same
            frame size. Shorter rows are right-aligned, so that a forecast
            without its context is below the frames it predicts.
        labels: A label for each row, drawn on its left.
        scale: Pixels of the picture per pixel of a frame.
        context: Number of context frames of the longest row. They get a blue
            bar, the other frames an orange bar, with an orange line between
            them; None draws no marks.

    Returns:
        The picture, uint8 [height, width, 3].

    Raises:
        ValueError: If there are no rows, frame sizes differ, a type is wrong,
            or `context` or `labels` do not match.
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
    top = MARGIN + (0 if context is None else size + 2 * BAR_HEIGHT + ROW_GAP)
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
            "rows must contain at least one clip, all of one frame size, got "
            f"sizes {sorted(sizes)}."
        )
    return rows


def _frame_lefts(
    left: int, steps: int, width: int, context: int | None
) -> list[int]:
    """Left edge of each frame, with a wider gap before the forecast."""
    split = context if context and context < steps else steps
    return [
        left
        + step * (width + FRAME_GAP)
        + (GROUP_GAP - FRAME_GAP) * (step >= split)
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
        ("context", CONTEXT_COLOUR, lefts[:context]),
        ("forecast", FORECAST_COLOUR, lefts[context:]),
    )
    for word, colour, group in groups:
        if group:
            span = group[-1] + width - group[0]
            canvas.text_within(
                word, MARGIN + size // 2, group[0], span, size, colour
            )
            canvas.box(
                MARGIN + size + BAR_HEIGHT, group[0], BAR_HEIGHT, span, colour
            )
    if 0 < context < len(lefts):
        top = MARGIN + size + BAR_HEIGHT
        left = lefts[context] - (GROUP_GAP + LINE_WIDTH) // 2
        canvas.box(top, left, bottom - top, LINE_WIDTH, FORECAST_COLOUR)


def swap_grid(
    contents: np.ndarray,
    poses: np.ndarray,
    swapped: np.ndarray,
    scale: int = 2,
) -> np.ndarray:
    """Draws frames decoded from the content of one frame and pose of another.

    The frames that give the content are on the left, those that give the pose
    at the top; cell (i, j) combines content i and pose j. The layout depends
    only on shapes, so that grids of successive steps can be stacked into an
    animation.

    Args:
        contents: uint8 [contents, height, width, 1 or 3].
        poses: uint8 [poses, height, width, 1 or 3].
        swapped: uint8 [contents, poses, height, width, 1 or 3].
        scale: Pixels of the picture per pixel of a frame.

    Returns:
        The picture, uint8 [height, width, 3].

    Raises:
        ValueError: If a type is wrong, or the shapes do not match.
    """
    contents = as_rgb(contents, "contents", ("contents", "height", "width"))
    poses = as_rgb(poses, "poses", ("poses", "height", "width"))
    swapped = as_rgb(
        swapped, "swapped", ("contents", "poses", "height", "width")
    )
    expected = (len(contents), *poses.shape)
    if swapped.shape != expected or contents.shape[1:] != poses.shape[1:]:
        raise ValueError(
            "swapped must be [contents, poses, height, width, channels] for "
            f"contents {list(contents.shape)} and poses {list(poses.shape)}, "
            f"got {list(swapped.shape)}."
        )
    cells = [enlarge(x, scale) for x in (contents, poses, swapped)]
    return _draw_grid(*cells)


def _draw_grid(
    contents: np.ndarray, poses: np.ndarray, swapped: np.ndarray
) -> np.ndarray:
    rows, columns, height, width = swapped.shape[:4]
    size = text_size(height)
    # Heading, bar, source frames and a wider gap come before the swaps, on the
    # left and at the top.
    source = MARGIN + size + 2 * BAR_HEIGHT + ROW_GAP
    tops = [
        source + height + GROUP_GAP + row * (height + FRAME_GAP)
        for row in range(rows)
    ]
    lefts = [
        source + width + GROUP_GAP + column * (width + FRAME_GAP)
        for column in range(columns)
    ]
    canvas = Canvas(tops[-1] + height + MARGIN, lefts[-1] + width + MARGIN)
    down = tops[-1] + height - tops[0]
    across = lefts[-1] + width - lefts[0]
    canvas.text_within(
        "pose from", MARGIN + size // 2, lefts[0], across, size, POSE_COLOUR
    )
    canvas.box(
        MARGIN + size + BAR_HEIGHT, lefts[0], BAR_HEIGHT, across, POSE_COLOUR
    )
    canvas.text_upwards_within(
        "content from", tops[0], MARGIN, down, size, size, CONTENT_COLOUR
    )
    canvas.box(
        tops[0], MARGIN + size + BAR_HEIGHT, down, BAR_HEIGHT, CONTENT_COLOUR
    )
    for column, left in enumerate(lefts):
        canvas.paste(poses[column], source, left)
    for row, top in enumerate(tops):
        canvas.paste(contents[row], top, source)
        for column, left in enumerate(lefts):
            canvas.paste(swapped[row, column], top, left)
    return canvas.pixels()
