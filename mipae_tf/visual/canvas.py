"""The sheet every picture is drawn on, and its colours."""

import functools
from collections.abc import Sequence

import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

# The sheet and its text are pure greys: a grey video drawn on it then needs
# hardly more colours than its own 256, which is all a GIF can hold.
BACKGROUND = (246, 246, 246)
INK = (51, 51, 51)
FAINT = (218, 218, 218)
CONTEXT = (38, 110, 178)
FORECAST = (226, 116, 24)
CONTENT = (18, 138, 118)
POSE = (156, 66, 150)

MARGIN = 16
SMALLEST_TEXT = 9


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def text_width(text: str, size: int) -> int:
    """Width in pixels of one line of text at a font size."""
    return int(np.ceil(_font(size).getlength(text)))


def text_size(cell: int) -> int:
    """The font size that goes with picture cells `cell` pixels high."""
    return int(np.clip(cell // 7, 12, 20))


def as_rgb(frames: np.ndarray, name: str, axes: Sequence[str]) -> np.ndarray:
    """Checks uint8 frames and gives them three channels.

    Args:
        frames: uint8, its axes those of `axes` and then the channel, which
            is 1 or 3 wide.
        name: What the frames are called in the error message.
        axes: Names of the axes before the channel.

    Raises:
        ValueError: Another type, number of axes or channels, or no element.
    """
    frames = np.asarray(frames)
    if (
        frames.dtype != np.uint8
        or frames.ndim != len(axes) + 1
        or frames.shape[-1] not in (1, 3)
        or frames.size == 0
    ):
        raise ValueError(
            f"{name} must be uint8 [{', '.join(axes)}, 1 or 3 channels] and "
            f"not empty; it is {frames.dtype} {list(frames.shape)}."
        )
    return np.broadcast_to(frames, (*frames.shape[:-1], 3))


def enlarge(frames: np.ndarray, scale: int) -> np.ndarray:
    """Repeats pixels: [..., H, W, C] becomes [..., H·scale, W·scale, C].

    Raises:
        ValueError: `scale` is below 1 or not whole.
    """
    if scale != int(scale) or scale < 1:
        raise ValueError(
            f"scale is {scale}; it is a whole number of at least 1."
        )
    return frames.repeat(scale, axis=-3).repeat(scale, axis=-2)


class Canvas:
    """A sheet of neutral grey to paste frames and write labels on.

    Positions are (top, left) in pixels, as in arrays.

    Args:
        height: Height of the sheet in pixels.
        width: Width of the sheet in pixels.
    """

    def __init__(self, height: int, width: int):
        self._image = Image.new("RGB", (width, height), BACKGROUND)

    def copy(self) -> "Canvas":
        """A second sheet that looks like this one."""
        twin = Canvas(1, 1)
        twin._image = self._image.copy()
        return twin

    def paste(self, picture: np.ndarray, top: int, left: int) -> None:
        """Lays a uint8 [height, width, 3] picture on the sheet."""
        self._image.paste(Image.fromarray(picture), (left, top))

    def box(
        self, top: int, left: int, height: int, width: int, colour: tuple
    ) -> None:
        """Fills a rectangle."""
        ImageDraw.Draw(self._image).rectangle(
            (left, top, left + width - 1, top + height - 1), fill=colour
        )

    def text(
        self,
        text: str,
        top: int,
        left: int,
        size: int,
        colour: tuple = INK,
        anchor: str = "lm",
    ) -> None:
        """Writes a line; `anchor` is Pillow's (`lm`: left end, middle)."""
        ImageDraw.Draw(self._image).text(
            (left, top), text, colour, _font(size), anchor
        )

    def text_within(
        self,
        text: str,
        top: int,
        left: int,
        width: int,
        size: int,
        colour: tuple = INK,
    ) -> None:
        """Centres a line in `width` pixels; too long, it shrinks or is left
        out."""
        while size >= SMALLEST_TEXT and text_width(text, size) > width:
            size -= 1
        if size >= SMALLEST_TEXT:
            self.text(text, top, left + width // 2, size, colour, "mm")

    def text_upwards_within(
        self,
        text: str,
        top: int,
        left: int,
        height: int,
        width: int,
        size: int,
        colour: tuple = INK,
    ) -> None:
        """Like `text_within`, reading from bottom to top in a column."""
        line = Canvas(width, height)
        line.text_within(text, width // 2, 0, height, size, colour)
        self.paste(np.rot90(line.pixels()), top, left)

    def pixels(self) -> np.ndarray:
        """The sheet as uint8 [height, width, 3]."""
        return np.array(self._image)
