"""Paths given by users, and atomic writing of files."""

import errno
import os
import pathlib
import uuid
import zipfile
import zlib
from collections.abc import Callable

# Errors of reading a text, JSON or array file that is truncated, damaged, or
# written by another program.
UNREADABLE = (
    OSError,
    ValueError,  # includes errors of JSON and UTF-8
    LookupError,
    TypeError,
    AttributeError,
    EOFError,
    zipfile.BadZipFile,
    zlib.error,
)


def expand_home(path: str | os.PathLike) -> str:
    """Replaces `~` and `~user` by the home folder of the user.

    Raises:
        ValueError: if there is no such user.
    """
    given = os.fspath(path)
    expanded = os.path.expanduser(given)
    if given.startswith("~") and expanded == given:
        raise ValueError(
            f"{given} begins with ~, but there is no user of that name; use "
            f"./{given} for a file in the current folder."
        )
    return expanded


def same_file(one: str | os.PathLike, other: str | os.PathLike) -> bool:
    """Whether two paths lead to the same file, following links."""
    return (
        os.path.exists(one)
        and os.path.exists(other)
        and os.path.samefile(one, other)
    )


def make_folder(path: str | os.PathLike) -> pathlib.Path:
    """Creates a folder and its parents if they do not exist.

    For a symbolic link to a missing folder, the target is created.

    Raises:
        NotADirectoryError: if there is a file of that name.
    """
    path = pathlib.Path(expand_home(path))
    try:
        os.makedirs(os.path.realpath(path), exist_ok=True)
    except FileExistsError as error:
        raise NotADirectoryError(
            f"{path} is a file; a folder is needed."
        ) from error
    return path


def require_writable(path: str | os.PathLike) -> None:
    """Checks that a folder can be written, or created if it does not exist.

    Raises:
        PermissionError: if there is no permission.
    """
    path = pathlib.Path(os.path.realpath(expand_home(path)))
    nearest = next(p for p in (path, *path.parents) if p.exists())
    if nearest.is_dir() and not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, "Permission denied", str(nearest))


def write_atomically(
    path: str | os.PathLike, write: Callable[[pathlib.Path], None]
) -> None:
    """Writes a temporary file beside `path`, then renames it to `path`.

    If `write` raises an error, the temporary file is removed and `path` stays
    unchanged. Missing folders are created. If `path` is a symbolic link, its
    target is written.

    Args:
        path: The file to write.
        write: Function that writes the temporary file; called with its path,
            which has the same suffix as `path`.

    Raises:
        IsADirectoryError: if `path` is a folder; `write` is then not called.
    """
    path = pathlib.Path(os.path.realpath(expand_home(path)))
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; a file is needed.")
    make_folder(path.parent)
    # Not tempfile: its files ignore the umask and exclude other users.
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
    """A short reason why a file could not be read."""
    if isinstance(error, KeyError):
        return f"it lacks {error}"
    if isinstance(error, UnicodeDecodeError):
        return "it is not text"
    return (str(error).splitlines() or [type(error).__name__])[0].rstrip(".")
