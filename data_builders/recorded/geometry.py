"""Geometry: how the frames of a model are made from a video."""

import dataclasses
import pathlib
from collections.abc import Iterable
from collections.abc import Iterator

import numpy as np
from mipae_tf.data_builders.recorded.video_file import stored_frames
from mipae_tf.data_builders.recorded.video_formats import VideoFrame
from PIL import Image

from mipae_tf.pixels import CHANNELS

FITS = ("crop", "letterbox", "stretch")
# Seconds by which a display time may be rounded in a file.
ROUNDING = 0.001
TIE = 1e-6  # half-way between two frames, the later one is taken


@dataclasses.dataclass(frozen=True)
class Geometry:
    """Size, shape, colour and rate of the frames of clips.

    Attributes:
        frame_size: height and width in pixels; None keeps those of the video.
        fit: how a frame becomes square. `crop` takes the largest centred
            square, `letterbox` adds black bars, `stretch` changes the aspect
            ratio. The frame is resized with a box filter, which averages areas.
        channels: 3 for colour, 1 for grey (ITU-R 601 luma); None gives 1 for
            grey arrays and images, and 3 otherwise.
        frame_rate: frames per second. At each multiple of 1 / frame_rate, the
            stored frame with the nearest display time is taken; of an
            animation, the one that is displayed then. None takes every stored
            frame. Folders of images, arrays and .tiff files have no display
            times, so every frame is taken.

    Raises:
        ValueError: if a value is not allowed.
    """

    frame_size: int | None = 64
    fit: str = "crop"
    channels: int | None = 3
    frame_rate: float | None = None

    def __post_init__(self) -> None:
        if self.frame_size is not None and self.frame_size < 1:
            raise ValueError(
                f"frame_size must be at least 1, got {self.frame_size}."
            )
        if self.fit not in FITS:
            raise ValueError(
                f"fit must be one of {', '.join(FITS)}, got {self.fit!r}."
            )
        if self.channels not in (None, *CHANNELS):
            raise ValueError(f"channels must be 1 or 3, got {self.channels}.")
        if self.frame_rate is not None and not self.frame_rate > 0:
            raise ValueError(
                f"frame_rate must be more than 0, got {self.frame_rate}."
            )

    def frames(self, path: pathlib.Path) -> Iterator[np.ndarray]:
        """The frames of a video, uint8 [height, width, channel].

        One frame at a time is read, so that a long video is never in memory.

        Raises:
            VideoError: If the path is not a video, or cannot be read.
        """
        for image in sampled(stored_frames(path), self.frame_rate):
            yield self.fitted(image)

    def fitted(self, image: Image.Image) -> np.ndarray:
        """One frame, uint8 [height, width, channel]."""
        if self.channels is not None:
            image = image.convert("L" if self.channels == 1 else "RGB")
        if self.frame_size is not None:
            image = _square(image, self.frame_size, self.fit)
        return np.atleast_3d(np.asarray(image))

    def __str__(self) -> str:
        """A description, such as `64 x 64 pixels, cropped, grey, 25 ...`."""
        shapes = {
            "crop": "cropped to the largest centred square",
            "letterbox": "letterboxed",
            "stretch": "stretched",
        }
        parts = []
        if self.frame_size is not None:
            parts.append(f"{self.frame_size} x {self.frame_size} pixels")
            parts.append(shapes[self.fit])
        if self.channels is not None:
            parts.append("grey" if self.channels == 1 else "colour")
        rate = self.frame_rate
        parts.append(
            "every stored frame"
            if rate is None
            else f"{rate:g} frames per second"
        )
        return ", ".join(parts)


def _square(image: Image.Image, size: int, fit: str) -> Image.Image:
    width, height = image.size
    box = Image.Resampling.BOX
    if fit == "stretch":
        return image.resize((size, size), box)
    if fit == "crop":
        side = min(width, height)
        left, top = (width - side) // 2, (height - side) // 2
        corners = (left, top, left + side, top + side)
        return image.resize((size, size), box, corners)
    scale = size / max(width, height)
    inner = tuple(max(1, round(length * scale)) for length in (width, height))
    square = Image.new(image.mode, (size, size))
    corner = ((size - inner[0]) // 2, (size - inner[1]) // 2)
    square.paste(image.resize(inner, box), corner)
    return square


def sampled(
    frames: Iterable[VideoFrame], rate: float | None
) -> Iterator[Image.Image]:
    """Images at multiples of `1 / rate` seconds; see `Geometry.frame_rate`."""
    tick, last = 0, None
    for frame in frames:
        if rate is None or frame.time is None:
            yield frame.image
            continue
        if last is not None:
            change = frame.time - ROUNDING
            if not last.stays:
                change = (last.time + frame.time) / 2 - TIE
            while tick / rate < change:
                yield last.image
                tick += 1
        last = frame
    while last is not None and tick / rate < last.time + 0.5 / rate:
        yield last.image
        tick += 1
