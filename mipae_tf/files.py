"""Paths as users give them, and files that are whole or absent."""

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


def expand_home(path: str | os.PathLike) -> str:
    """The path with `~` and `~user` replaced by that user's home folder.

    Raises:
        ValueError: when there is no such user.
    """
    given = os.fspath(path)
    expanded = os.path.expanduser(given)
    if given.startswith("~") and expanded == given:
        raise ValueError(
            f"{given} begins with ~, which stands for a home folder, and there "
            f"is none of that name; ./{given} is the file in this folder."
        )
    return expanded


def same_file(one: str | os.PathLike, other: str | os.PathLike) -> bool:
    """Whether two paths lead to one file, by whatever links."""
    return (
        os.path.exists(one)
        and os.path.exists(other)
        and os.path.samefile(one, other)
    )


def make_folder(path: str | os.PathLike) -> pathlib.Path:
    """Makes a folder and its parents where they are missing.

    A symbolic link to a folder that does not exist yet stays; its target is
    made.

    Raises:
        NotADirectoryError: when there is a file of that name.
    """
    path = pathlib.Path(expand_home(path))
    try:
        os.makedirs(os.path.realpath(path), exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(
            f"{path} is a file; a folder is needed."
        ) from error
    return path


def write_atomically(
    path: str | os.PathLike, write: Callable[[pathlib.Path], None]
) -> None:
    """Lets `write` fill a file beside `path`, then renames it to `path`.

    Where `write` raises, that file is removed and `path` stays what it was.
    Missing folders are made. Where `path` is a symbolic link, the link stays
    and its target is written.

    Args:
        path: Where the file is to be.
        write: Called with the path to fill, which ends like `path`.

    Raises:
        IsADirectoryError: `path` is a folder; `write` is not called.
    """
    path = pathlib.Path(os.path.realpath(expand_home(path)))
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a file is needed.")
    make_folder(path.parent)
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
