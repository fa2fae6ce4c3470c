"""Animations that show truth and forecasts next to each other."""

import dataclasses
import math
from collections.abc import Sequence

import numpy as np

from mipae_tf.visual.canvas import CONTEXT
from mipae_tf.visual.canvas import FAINT
from mipae_tf.visual.canvas import FORECAST
from mipae_tf.visual.canvas import INK
from mipae_tf.visual.canvas import MARGIN
from mipae_tf.visual.canvas import Canvas
from mipae_tf.visual.canvas import as_rgb
from mipae_tf.visual.canvas import enlarge
from mipae_tf.visual.canvas import text_size
from mipae_tf.visual.canvas import text_width
from mipae_tf.visual.layouts import BAR
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
    """Draws the frames of an animation: per clip, one panel of each video.

    The border around the panels is blue while the model is given frames and
    orange while it predicts; a bar below shows how far the clip has run.

    Args:
        videos: For each label, uint8 [clip, time, height, width, 1 or 3];
            one clip may come without its clip axis. Shapes agree but for
            the channels.
        labels: What each video is, such as `truth` and `forecast`.
        context: How many frames the model was given; None leaves the border
            and the bar grey.
        scale: Pixels on the sheet per pixel of a frame.
        columns: Clips side by side; by default a grid about twice as wide
            as high.
        first: Number of the first frame, where the videos are a piece of a
            longer animation.
        steps: How many frames the whole has; None where this is all of it.

    Returns:
        uint8 [time, height, width, 3].

    Raises:
        ValueError: No videos, shapes that differ, a wrong type, or a
            context, labels or columns that do not fit.
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
        raise ValueError(f"columns is {columns}; at least 1 is needed.")
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
            f"videos have the shapes {sorted(shapes)} [{', '.join(axes)}]; "
            "at least one video, and one shape for all, is needed."
        )
    return videos


def _default_columns(clips: int, panels: np.ndarray) -> int:
    videos, height, width = len(panels), *panels.shape[3:5]
    aspect = videos * width / height
    return math.ceil(math.sqrt(2 * clips / aspect))


@dataclasses.dataclass(frozen=True)
class _Grid:
    """Sizes in pixels of everything that one animation frame shows."""

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
        """Height and width of a clip's panels with their border."""
        return (
            self.height + 2 * BORDER,
            self.videos * (self.width + BORDER) + BORDER,
        )

    def place(self, clip: int) -> tuple[int, int]:
        """Top and left of a clip's border."""
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
        """Width of all columns together."""
        return self.columns * (self.block[1] + CLIP_GAP) - CLIP_GAP

    def sheet(self, labels: Sequence[str]) -> Canvas:
        """All that stays the same: the size and the headings."""
        size = text_size(self.height)
        canvas = Canvas(
            self.foot + BAR + ROW_GAP + size + MARGIN, self.span + 2 * MARGIN
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
            word, colour = "", FAINT
        elif step < context:
            word, colour = "context", CONTEXT
        else:
            word, colour = "forecast", FORECAST
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
        canvas.box(self.foot, MARGIN, BAR, self.span, FAINT)
        colour_done = INK if context is None else FORECAST
        canvas.box(self.foot, MARGIN, BAR, done, colour_done)
        if context:
            given = max(1, round(self.span * min(context, step + 1) / steps))
            canvas.box(self.foot, MARGIN, BAR, given, CONTEXT)
        size = text_size(self.height)
        middle = self.foot + BAR + ROW_GAP + size // 2
        if word:
            canvas.text(word, middle, MARGIN, size, colour)
        count = f"{step + 1} / {steps}"
        if text_width(f"{word}  {count}", size) <= self.span:
            canvas.text(count, middle, MARGIN + self.span, size, anchor="rm")
