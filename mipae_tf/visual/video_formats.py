"""Supported video files, and the error for others."""

import contextlib
import pathlib
from collections.abc import Iterator

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


class VideoError(ValueError):
    """A file is not a video, or cannot be read."""


def video_error(path: pathlib.Path, finding: str) -> VideoError:
    """An error that names the flag and the supported files."""
    return VideoError(f"--input={path} {finding}; give {ALLOWED}.")


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
        raise video_error(path, f"cannot be read ({said})") from error
