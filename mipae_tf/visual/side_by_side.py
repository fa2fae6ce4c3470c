"""Animations that show videos, such as truth and forecast, side by side."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from mipae_tf.visual.canvas import CONTEXT_COLOUR
from mipae_tf.visual.canvas import FORECAST_COLOUR
from mipae_tf.visual.canvas import LINE_COLOUR
from mipae_tf.visual.canvas import MARGIN
from mipae_tf.visual.canvas import TEXT_COLOUR
from mipae_tf.visual.canvas import Canvas
from mipae_tf.visual.canvas import as_rgb
from mipae_tf.visual.canvas import enlarge
from mipae_tf.visual.canvas import text_size
from mipae_tf.visual.canvas import text_width
from mipae_tf.visual.layouts import BAR_HEIGHT
from mipae_tf.visual.layouts import ROW_GAP
from mipae_tf.visual.layouts import check_context
from mipae_tf.visual.layouts import check_labels

BORDER = 3
CLIP_GAP = 18  # between clips; the panels of one clip touch at the border


def side_by_side(
    videos: Sequence[np.ndarray],
    labels: Sequence[str] | None = None,
    context: int | None = None,
    scale: int = 2,
    columns: int | None = None,
    first: int = 0,
    steps: int | None = None,
) -> np.ndarray:
    """Draws the frames of an animation, with one panel per clip and video.

    The border around the panels is blue during the context and orange during
    the forecast; a bar below shows the progress.

    Args:
        videos: For each label, uint8 [clip, time, height, width, 1 or 3]. A
            single clip may have no clip axis. Shapes must be equal except for
            the channels.
        labels: A label for each video, such as `truth` and `forecast`.
        context: Number of context frames; with None, border and bar are grey.
        scale: Pixels of the picture per pixel of a frame.
        columns: Number of clips per row; by default the grid is about twice as
            wide as high.
        first: Index of the first frame, if the videos are a piece of a longer
            animation.
        steps: Total number of frames; None if this is the whole animation.

    Returns:
        uint8 [time, height, width, 3].

    Raises:
        ValueError: If there are no videos, shapes differ, a type is wrong, or
            `context`, `labels` or `columns` do not match.
    """
    videos = _checked_videos(videos)
    labels = check_labels(labels, len(videos))
    # [video, clip, time, height, width, channel]
    panels = np.stack([enlarge(video, scale) for video in videos])
    clips, here = panels.shape[1:3]
    steps = first + here if steps is None else steps
    check_context(context, steps)
    if columns is None:
        columns = _default_columns(clips, panels)
    if columns < 1:
        raise ValueError(f"columns must be at least 1, got {columns}.")
    grid = _Grid.around(panels, min(columns, clips), any(labels))
    sheet = grid.sheet(labels)
    # [time, height, width, channel]
    return np.stack(
        [
            grid.draw(sheet, panels[:, :, at], first + at, steps, context)
            for at in range(here)
        ]
    )


def _checked_videos(videos: Sequence[np.ndarray]) -> list[np.ndarray]:
    axes = ("clip", "time", "height", "width")
    videos = [
        as_rgb(
            video[None] if np.ndim(video) == 4 else video,
            f"video {index}",
            axes,
        )
        for index, video in enumerate(videos)
    ]
    shapes = {video.shape[:-1] for video in videos}
    if len(shapes) != 1:
        raise ValueError(
            "videos must contain at least one, all of the same shape "
            f"[{', '.join(axes)}], got shapes {sorted(shapes)}."
        )
    return videos


def _default_columns(clips: int, panels: np.ndarray) -> int:
    videos, height, width = len(panels), *panels.shape[3:5]
    aspect = videos * width / height
    return math.ceil(math.sqrt(2 * clips / aspect))


@dataclasses.dataclass(frozen=True)
class _Grid:
    """Sizes in pixels of the elements of one animation frame."""

    clips: int
    videos: int
    columns: int
    height: int
    width: int
    head: int

    @classmethod
    def around(
        cls, panels: np.ndarray, columns: int, labelled: bool
    ) -> "_Grid":
        videos, clips, _, height, width, _ = panels.shape
        head = text_size(height) + ROW_GAP if labelled else 0
        return cls(clips, videos, columns, height, width, head)

    @property
    def block(self) -> tuple[int, int]:
        """Height and width of the panels of one clip with their border."""
        return (
            self.height + 2 * BORDER,
            self.videos * (self.width + BORDER) + BORDER,
        )

    def place(self, clip: int) -> tuple[int, int]:
        """Top and left of the border of a clip."""
        row, column = divmod(clip, self.columns)
        height, width = self.block
        return (
            MARGIN + self.head + row * (height + CLIP_GAP),
            MARGIN + column * (width + CLIP_GAP),
        )

    @property
    def foot(self) -> int:
        """Top of the progress bar."""
        rows = math.ceil(self.clips / self.columns)
        return self.place(rows * self.columns - 1)[0] + self.block[0] + MARGIN

    @property
    def span(self) -> int:
        """Total width of all columns."""
        return self.columns * (self.block[1] + CLIP_GAP) - CLIP_GAP

    def sheet(self, labels: Sequence[str]) -> Canvas:
        """The canvas with everything that does not change: the headings."""
        size = text_size(self.height)
        canvas = Canvas(
            self.foot + BAR_HEIGHT + ROW_GAP + size + MARGIN,
            self.span + 2 * MARGIN,
        )
        for column in range(self.columns):
            left = self.place(column)[1] + BORDER
            for video, label in enumerate(labels):
                canvas.text_within(
                    label,
                    MARGIN + size // 2,
                    left + video * (self.width + BORDER),
                    self.width,
                    size,
                )
        return canvas

    def draw(
        self,
        sheet: Canvas,
        panels: np.ndarray,
        step: int,
        steps: int,
        context: int | None,
    ) -> np.ndarray:
        """Frame `step` of `steps`; panels [video, clip, height, width, 3]."""
        canvas = sheet.copy()
        if context is None:
            word, colour = "", LINE_COLOUR
        elif step < context:
            word, colour = "context", CONTEXT_COLOUR
        else:
            word, colour = "forecast", FORECAST_COLOUR
        for clip in range(self.clips):
            top, left = self.place(clip)
            canvas.box(top, left, *self.block, colour)
            for video in range(self.videos):
                canvas.paste(
                    panels[video, clip],
                    top + BORDER,
                    left + BORDER + video * (self.width + BORDER),
                )
        self._progress(canvas, step, steps, context, word, colour)
        return canvas.pixels()

    def _progress(
        self,
        canvas: Canvas,
        step: int,
        steps: int,
        context: int | None,
        word: str,
        colour: tuple,
    ) -> None:
        done = max(1, round(self.span * (step + 1) / steps))
        canvas.box(self.foot, MARGIN, BAR_HEIGHT, self.span, LINE_COLOUR)
        colour_done = TEXT_COLOUR if context is None else FORECAST_COLOUR
        canvas.box(self.foot, MARGIN, BAR_HEIGHT, done, colour_done)
        if context:
            given = max(1, round(self.span * min(context, step + 1) / steps))
            canvas.box(self.foot, MARGIN, BAR_HEIGHT, given, CONTEXT_COLOUR)
        size = text_size(self.height)
        middle = self.foot + BAR_HEIGHT + ROW_GAP + size // 2
        if word:
            canvas.text(word, middle, MARGIN, size, colour)
        count = f"{step + 1} / {steps}"
        if text_width(f"{word}  {count}", size) <= self.span:
            canvas.text(count, middle, MARGIN + self.span, size, anchor="rm")
