"""Files that are whole or absent; every room may use this."""

import os
import pathlib
import uuid
import zipfile
import zlib
from collections.abc import Callable

# What reading a file of text, JSON or arrays may raise that was cut short,
# damaged, or written by another program.
UNREADABLE = (
    OSError,
    ValueError,  # also of JSON and UTF-8
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


def write_atomically(
    path: str | os.PathLike, write: Callable[[pathlib.Path], None]
) -> None:
    """Lets `write` fill a file beside `path`, then renames it to `path`.

    Where `write` raises, that file is removed and `path` stays what it was.
    Missing folders are made.

    Args:
        path: Where the file is to be.
        write: Called with the path to fill, which ends like `path`.
    """
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    # Not tempfile: its files are closed to other users, whatever the umask.
    part = path.with_name(f".{uuid.uuid4().hex}{path.suffix}")
    try:
        write(part)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def write_file(path: str | os.PathLike, data: str | bytes) -> None:
    """Writes text or bytes, such as a plot's PNG, atomically."""
    data = data.encode() if isinstance(data, str) else data
    write_atomically(path, lambda part: part.write_bytes(data))


def describe(error: Exception) -> str:
    """Why a file could not be read, in a few words."""
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    if isinstance(error, UnicodeDecodeError):
        return "it is no text"
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
