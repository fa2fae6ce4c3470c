"""Frames of image files, as they are shown."""

import pathlib
from collections.abc import Iterator

import numpy as np
from PIL import Image
from PIL import ImageOps
from PIL import ImageSequence

from mipae_tf.pixels import as_uint8
from mipae_tf.visual.video_formats import decoding
from mipae_tf.visual.video_formats import refusal

GREY = ("1", "L", "La", "LA")


def image_frames(path: pathlib.Path) -> Iterator[Image.Image]:
    """The frames of an image file, grey (mode L) or RGB.

    The orientation that a camera notes (EXIF) is applied. Transparent parts
    are laid on black. Sixteen bits, and floating values in [0, 1], are
    scaled.

    Raises:
        Refused: The file cannot be read, or its values have no known range.
        ValueError: Floating values outside [0, 1].
    """
    for image in _decoded(path):
        yield _flattened(path, image)


def _decoded(path: pathlib.Path) -> Iterator[Image.Image]:
    with decoding(path), Image.open(path) as file:
        for image in ImageSequence.Iterator(file):
            yield ImageOps.exif_transpose(image)


def _flattened(path: pathlib.Path, image: Image.Image) -> Image.Image:
    # Pillow's own conversions of these modes clip to 255.
    if image.mode == "F":
        return Image.fromarray(as_uint8(np.asarray(image), f"--input={path}"))
    if image.mode.startswith("I;16"):
        return _from_sixteen_bits(image)
    if image.mode == "I":
        raise refusal(path, "has pixels of 32-bit integers, whose range varies")
    with decoding(path):
        return on_black(image)


def _from_sixteen_bits(image: Image.Image) -> Image.Image:
    values = np.asarray(image)
    grey = (values >> 8).astype(np.uint8)
    if "transparency" in image.info:  # the grey level that is not shown
        grey[values == image.info["transparency"]] = 0
    return Image.fromarray(grey)


def on_black(image: Image.Image) -> Image.Image:
    """An image of eight bits as L or RGB, transparent parts laid on black."""
    mode = "L" if image.mode in GREY else "RGB"
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, "black")
        image = Image.alpha_composite(black, image.convert("RGBA"))
    return image.convert(mode)
