"""Marks folders that are being built, and removes those of killed builds.

tfds builds a dataset in a folder `incomplete.…` beside its own and renames it
at the end, so that what is unfinished is never read. After an error it removes
that folder, but a killed process cannot.
"""

import contextlib
import fcntl
import os
import pathlib
import shutil
from collections.abc import Iterator

_LOCK = ".building"  # the builder holds a lock on this file


@contextlib.contextmanager
def being_built(folder: os.PathLike | str) -> Iterator[None]:
    """Marks a folder as one that a running process builds.

    Folders of the same dataset whose process has been killed are removed
    first. The system releases the lock of a process in any case when it ends.

    Args:
        folder: The unfinished folder of tfds, `…/incomplete.SUFFIX_VERSION`. A
            folder that is not on a local disk is left alone.
    """
    folder = pathlib.Path(folder)
    if not folder.is_dir():
        yield
        return
    _remove_abandoned(folder)
    lock = folder / _LOCK
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
        lock.unlink()  # before the folder gets its final name


def _remove_abandoned(folder: pathlib.Path) -> None:
    prefix, _, version = folder.name.partition("_")
    prefix = prefix.partition(".")[0]
    for other in folder.parent.glob(f"{prefix}.*_{version}"):
        with contextlib.suppress(OSError), (other / _LOCK).open() as file:
            # It fails if there is no such file, or its process still runs.
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(other, ignore_errors=True)
