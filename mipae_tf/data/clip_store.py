"""Decoded clips in files, for splits that do not fit in memory."""

import functools
import io
import pathlib
import shutil
import uuid
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Sequence

import numpy as np

from mipae_tf.data.clips import Clips
from mipae_tf.data.examples import Example
from mipae_tf.data.examples import rows_of
from mipae_tf.data.examples import stream_of
from mipae_tf.data_builders.factors import GROUPS
from mipae_tf.data_builders.factors import Factor
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import make_folder

VALUES_FILE = "values.npz"
# Function from names of streams to examples with these streams.
Examples = Callable[[Sequence[str]], Iterable[Example]]


def stored_clips(
    folder: pathlib.Path,
    examples: Examples,
    factors: Sequence[Factor] = (),
    name: str = "clips",
) -> Clips:
    """Opens the clips in a folder, and creates the folder if it is missing.

    Each stream is a memory-mapped file, `STREAM.npy`. The folder is written
    atomically. Streams other than the video are added when they are first
    requested.

    Args:
        folder: folder of the clips.
        examples: called with the names of missing streams; returns examples
            with these streams, see `Clips.from_examples`.
        factors: declarations of factors.
        name: name of the clips in error messages.

    Raises:
        ValueError: as in `Clips.from_examples`, or if the folder is damaged.
    """
    if not folder.exists():
        make_folder(folder.parent)
        aside = folder.with_name(f".{uuid.uuid4().hex}")
        aside.mkdir()
        try:
            _fill(aside, examples(("video",)), name)
            _rename(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    groups = {group: {} for group in GROUPS}
    try:
        video = _mapped(folder, "video")
        with np.load(folder / VALUES_FILE) as stored:
            for key in stored:
                group, _, factor = key.partition("/")
                groups[group][factor] = stored[key]
    except UNREADABLE as error:
        raise ValueError(
            f"--clips_dir: {folder} is damaged ({describe(error)}); remove it "
            "to have its clips decoded again."
        ) from error
    return Clips.from_groups(
        video,
        groups,
        factors,
        name=name,
        reader=functools.partial(_read, folder, examples, name),
    )


def _rename(aside: pathlib.Path, folder: pathlib.Path) -> None:
    try:
        aside.rename(folder)
    except OSError:
        if not folder.exists():  # otherwise another process was faster
            raise


def _fill(folder: pathlib.Path, examples: Iterable[Example], name: str) -> None:
    def keep(videos: Iterator[np.ndarray]) -> np.ndarray:
        _write(folder / "video.npy", videos)
        return _mapped(folder, "video")

    clips = Clips.from_examples(examples, name=name, keep=keep)
    np.savez(
        folder / VALUES_FILE,
        **{
            f"{factor.group}/{factor.name}": clips.values[factor.name]
            for factor in clips.factors
        },
    )


def _read(
    folder: pathlib.Path, examples: Examples, name: str, streams: Sequence[str]
) -> dict[str, np.ndarray]:
    """Reads streams from the folder; missing ones are written first."""
    for stream in streams:
        path = folder / f"{stream}.npy"
        if path.exists():
            continue
        aside = folder / f".{uuid.uuid4().hex}"
        try:
            rows = rows_of(examples((stream,)))
            _write(aside, stream_of(rows, stream, name))
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    return {stream: _mapped(folder, stream) for stream in streams}


def _write(path: pathlib.Path, arrays: Iterator[np.ndarray]) -> None:
    """Writes arrays of the same shape as one stacked array."""
    count = 0
    with path.open("wb") as file:
        for array in arrays:
            if not count:
                file.write(_header(array, 0))
            file.write(np.ascontiguousarray(array))
            count += 1
        file.seek(0)  # the length of the header does not depend on the count
        file.write(_header(array, count))


def _header(array: np.ndarray, count: int) -> bytes:
    """Header of an .npy file with `count` such arrays."""
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(
        header,
        {
            "descr": np.lib.format.dtype_to_descr(array.dtype),
            "fortran_order": False,
            "shape": (count, *array.shape),
        },
    )
    return header.getvalue()


def _mapped(folder: pathlib.Path, stream: str) -> np.ndarray:
    return np.load(folder / f"{stream}.npy", mmap_mode="r")
