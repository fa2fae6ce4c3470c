"""Reads the frames of image files, as they are displayed."""

import pathlib
from collections.abc import Iterator

import numpy as np
from mipae_tf.data_builders.recorded.video_formats import VideoError
from mipae_tf.data_builders.recorded.video_formats import VideoFrame
from mipae_tf.data_builders.recorded.video_formats import decoding
from PIL import Image
from PIL import ImageOps
from PIL import ImageSequence

from mipae_tf.pixels import as_uint8

GREY = ("1", "L", "La", "LA")
# Viewers display a frame with a duration of 10 ms or less this long, in ms.
DEFAULT_DURATION = 100
SHORTEST_DURATION = 11


def image_frames(path: pathlib.Path) -> Iterator[VideoFrame]:
    """The frames of an image file.

    The EXIF orientation is applied. Transparent parts are drawn on black.
    16-bit values, and floating values in [0, 1], are scaled to 8 bits. Frames
    of .gif, .webp and .apng have times, those of .tiff have none.

    Raises:
        VideoError: If the file cannot be read, or the values are out of range
            or of unknown range.
    """
    timed = path.suffix.lower() not in (".tif", ".tiff")
    time = 0  # in milliseconds
    for image, duration in _decoded(path):
        flat = _flattened(path, image)
        yield VideoFrame(flat, time / 1000 if timed else None, stays=timed)
        shown = duration >= SHORTEST_DURATION
        time += duration if shown else DEFAULT_DURATION


def is_animated(path: pathlib.Path) -> bool:
    """Whether an image file has several images; false if it is damaged."""
    try:
        with Image.open(path) as file:
            return getattr(file, "n_frames", 1) > 1
    except Exception:  # see `decoding`
        return False


def _decoded(path: pathlib.Path) -> Iterator[tuple[Image.Image, float]]:
    """The images and their durations in ms, 0 if unknown."""
    with decoding(path), Image.open(path) as file:
        for image in ImageSequence.Iterator(file):
            image.load()  # the duration is known afterwards
            duration = image.info.get("duration") or 0
            yield ImageOps.exif_transpose(image), duration


def _flattened(path: pathlib.Path, image: Image.Image) -> Image.Image:
    # Pillow's own conversion of these modes clips to 255.
    if image.mode == "F":
        return _from_floats(path, image)
    if image.mode.startswith("I;16"):
        return _from_sixteen_bits(image)
    if image.mode == "I":
        raise VideoError(path, "has 32-bit integer pixels of unknown range")
    with decoding(path):
        return on_black(image)


def _from_floats(path: pathlib.Path, image: Image.Image) -> Image.Image:
    try:
        return Image.fromarray(as_uint8(np.asarray(image), str(path)))
    except ValueError as error:
        finding = str(error).removeprefix(f"{path} ").rstrip(".")
        raise VideoError(path, finding, "") from error


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    grey = (values >> 8).astype(np.uint8)
    if "transparency" in image.info:  # the grey level that is transparent
        grey[values == image.info["transparency"]] = 0
    return Image.fromarray(grey)


def on_black(image: Image.Image) -> Image.Image:
    """An 8-bit image as L or RGB, with transparent parts drawn on black."""
    mode = "L" if image.mode in GREY else "RGB"
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, "black")
        image = Image.alpha_composite(black, image.convert("RGBA"))
    return image.convert(mode)
