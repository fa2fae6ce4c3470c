"""Writes pictures as PNG files."""

import io
import os

import numpy as np
from PIL import Image

from mipae_tf.files import write_file
from mipae_tf.visual.canvas import as_rgb


def encode_png(image: np.ndarray) -> bytes:
    """Encodes a uint8 [height, width, 1 or 3] picture, losslessly."""
    image = as_rgb(image, "image", ("height", "width"))
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "png")
    return stream.getvalue()


def write_png(path: str | os.PathLike, image: np.ndarray) -> None:
    """Writes a uint8 [height, width, 1 or 3] picture atomically."""
    write_file(path, encode_png(image))
