"""The canvas for pictures, and its colours."""

import functools
from collections.abc import Sequence

import numpy as np
from PIL import Image
from PIL import ImageDraw
from PIL import ImageFont

# Canvas and text are pure greys, so that a picture of grey video needs hardly
# more than the 256 colours that a GIF supports.
BACKGROUND_COLOUR = (246, 246, 246)
TEXT_COLOUR = (51, 51, 51)
LINE_COLOUR = (218, 218, 218)
CONTEXT_COLOUR = (38, 110, 178)
FORECAST_COLOUR = (226, 116, 24)
CONTENT_COLOUR = (18, 138, 118)
POSE_COLOUR = (156, 66, 150)

MARGIN = 16
MIN_TEXT_SIZE = 9


@functools.cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)


def text_width(text: str, size: int) -> int:
    """Width in pixels of one line of text at a font size."""
    return int(np.ceil(_font(size).getlength(text)))


def text_size(cell: int) -> int:
    """The font size for picture cells of a height of `cell` pixels."""
    return int(np.clip(cell // 7, 12, 20))


def as_rgb(frames: np.ndarray, name: str, axes: Sequence[str]) -> np.ndarray:
    """Checks uint8 frames and converts them to three channels.

    Args:
        frames: uint8, with the axes `axes` followed by 1 or 3 channels.
        name: Name of the frames in the error message.
        axes: Names of the axes before the channel.

    Raises:
        ValueError: If the type, number of axes or number of channels is wrong,
            or the array is empty.
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
            f"not empty, got {frames.dtype} {list(frames.shape)}."
        )
    return np.broadcast_to(frames, (*frames.shape[:-1], 3))


def enlarge(frames: np.ndarray, scale: int) -> np.ndarray:
    """Repeats pixels: [..., H, W, C] becomes [..., H·scale, W·scale, C].

    Raises:
        ValueError: If `scale` is not an integer of at least 1.
    """
    if scale != int(scale) or scale < 1:
        raise ValueError(
            f"scale must be an integer of at least 1, got {scale}."
        )
    return frames.repeat(scale, axis=-3).repeat(scale, axis=-2)


class Canvas:
    """A grey canvas for frames and labels.

    Positions are (top, left) in pixels, as in arrays.

    Args:
        height: Height of the canvas in pixels.
        width: Width of the canvas in pixels.
    """

    def __init__(self, height: int, width: int):
        self._image = Image.new("RGB", (width, height), BACKGROUND_COLOUR)

    def copy(self) -> "Canvas":
        """Returns a copy of this canvas."""
        twin = Canvas(1, 1)
        twin._image = self._image.copy()
        return twin

    def paste(self, picture: np.ndarray, top: int, left: int) -> None:
        """Draws a uint8 [height, width, 3] picture on the canvas."""
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
        colour: tuple = TEXT_COLOUR,
        anchor: str = "lm",
    ) -> None:
        """Draws a line of text; `anchor` as in Pillow (`lm`: left, middle)."""
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
        colour: tuple = TEXT_COLOUR,
    ) -> None:
        """Draws a line centred in `width` pixels.

        A line that is too long is drawn smaller, or not at all.
        """
        while size >= MIN_TEXT_SIZE and text_width(text, size) > width:
            size -= 1
        if size >= MIN_TEXT_SIZE:
            self.text(text, top, left + width // 2, size, colour, "mm")

    def text_upwards_within(
        self,
        text: str,
        top: int,
        left: int,
        height: int,
        width: int,
        size: int,
        colour: tuple = TEXT_COLOUR,
    ) -> None:
        """Like `text_within`, but rotated to read from bottom to top."""
        line = Canvas(width, height)
        line.text_within(text, width // 2, 0, height, size, colour)
        self.paste(np.rot90(line.pixels()), top, left)

    def pixels(self) -> np.ndarray:
        """The canvas as uint8 [height, width, 3]."""
        return np.array(self._image)
