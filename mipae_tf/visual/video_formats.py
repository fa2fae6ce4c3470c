"""Which files are videos, and how others are refused."""

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


class Refused(ValueError):
    """A file is no video that can be read."""


def refusal(path: pathlib.Path, finding: str) -> Refused:
    """An error whose sentence names the flag and says what is allowed."""
    return Refused(f"--input={path} {finding}; give {ALLOWED}.")


@contextlib.contextmanager
def decoding(path: pathlib.Path) -> Iterator[None]:
    """Whatever a decoder raises within becomes a refusal.

    Decoders document few of their errors: damaged files make Pillow raise
    IndexError, struct.error, TypeError and others.
    """
    try:
        yield
    except Refused:
        raise
    except Exception as error:
        said = getattr(error, "strerror", None) or str(error)
        said = " ".join(said.split()).rstrip(".") or type(error).__name__
        raise refusal(path, f"cannot be read ({said})") from error
