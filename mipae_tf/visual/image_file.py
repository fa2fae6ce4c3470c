"""Reads the frames of image files, as they are displayed."""

import pathlib
from collections.abc import Iterator

import numpy as np
from PIL import Image
from PIL import ImageOps
from PIL import ImageSequence

from mipae_tf.pixels import as_uint8
from mipae_tf.visual.video_formats import decoding
from mipae_tf.visual.video_formats import video_error

GREY = ("1", "L", "La", "LA")


def image_frames(path: pathlib.Path) -> Iterator[Image.Image]:
    """The frames of an image file, grey (mode L) or RGB.

    The EXIF orientation is applied. Transparent parts are drawn on black.
    16-bit values, and floating values in [0, 1], are scaled to 8 bits.

    Raises:
        VideoError: If the file cannot be read, or the range of its values is
            unknown.
        ValueError: If floating values are outside [0, 1].
    """
    for image in _decoded(path):
        yield _flattened(path, image)


def _decoded(path: pathlib.Path) -> Iterator[Image.Image]:
    with decoding(path), Image.open(path) as file:
        for image in ImageSequence.Iterator(file):
            yield ImageOps.exif_transpose(image)


def _flattened(path: pathlib.Path, image: Image.Image) -> Image.Image:
    # Pillow's own conversion of these modes clips to 255.
    if image.mode == "F":
        return Image.fromarray(as_uint8(np.asarray(image), f"--input={path}"))
    if image.mode.startswith("I;16"):
        return _from_sixteen_bits(image)
    if image.mode == "I":
        raise video_error(path, "has 32-bit integer pixels of unknown range")
    with decoding(path):
        return on_black(image)


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
