"""Supported video files, their frames, and the error for others."""

import contextlib
import os
import pathlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image

CONTAINERS = (
    ".avi",
    ".m4v",
    ".mkv",
    ".mov",
    ".mp4",
    ".mpeg",
    ".mpg",
    ".webm",
)
ANIMATIONS = (".apng", ".gif", ".tif", ".tiff", ".webp")
IMAGES = (".bmp", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
ALLOWED = (
    f"a video ({', '.join((*ANIMATIONS, *CONTAINERS))}), a .npy array or a "
    f"folder of images ({', '.join(IMAGES)})"
)


class VideoFrame(NamedTuple):
    """A stored frame of a video.

    Attributes:
        image: the frame as it is displayed, grey (mode L) or RGB.
        time: display time in seconds, counted from the first frame; None if
            the video has no times.
        stays: whether the frame is known to be displayed until the next one.
    """

    image: Image.Image
    time: float | None = None
    stays: bool = False


class VideoError(ValueError):
    """A file is not a video, or cannot be read.

    Args:
        path: the file or folder.
        finding: what is wrong, without a full stop; follows the path.
        remedy: what to do.
    """

    def __init__(
        self,
        path: str | os.PathLike,
        finding: str,
        remedy: str = f"; give {ALLOWED}",
    ) -> None:
        super().__init__(f"{os.fspath(path)} {finding}{remedy}.")
        self.path = pathlib.Path(path)
        self.finding = finding


@contextlib.contextmanager
def decoding(path: pathlib.Path) -> Iterator[None]:
    """Turns any error of a decoder into a `VideoError`.

    Decoders document few of their errors: for damaged files, Pillow raises
    IndexError, struct.error, TypeError and others.
    """
    try:
        yield
    except VideoError:
        raise
    except Exception as error:
        said = getattr(error, "strerror", None) or str(error)
        said = " ".join(said.split()).rstrip(".") or type(error).__name__
        raise VideoError(path, f"cannot be read ({said})") from error
