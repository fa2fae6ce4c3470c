"""Files that are whole or absent; every room may use this."""

import os
import pathlib
import uuid
from collections.abc import Callable


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
