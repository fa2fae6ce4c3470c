"""Clips decoded into a file, for splits that memory does not hold."""

import pathlib
import shutil
import uuid
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np

from mipae_tf.data.clips import GROUPS
from mipae_tf.data.clips import Clips
from mipae_tf.files import UNREADABLE
from mipae_tf.files import describe
from mipae_tf.files import make_folder

VIDEO, TRUTH = "video.uint8", "truth.npz"


def stored_clips(
    folder: pathlib.Path,
    examples: Callable[[], Iterable[Mapping[str, Any]]],
    cardinality: Mapping[str, int] | None = None,
    name: str = "clips",
) -> Clips:
    """The clips of a folder, which is filled when it is missing.

    Frames are read from its file as they are asked for, and the system keeps
    in memory what it has room for. The folder is whole or absent.

    Args:
        folder: where the clips are, or are to be.
        examples: called for the clips if they are not; see
            `Clips.from_examples`.
        cardinality: number of values of each factor.
        name: what messages call these clips.

    Raises:
        ValueError: as `Clips.from_examples`.
    """
    if not folder.exists():
        make_folder(folder.parent)
        aside = folder.with_name(f".{uuid.uuid4().hex}")
        aside.mkdir()
        try:
            _fill(aside, examples(), name)
            _rename(aside, folder)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
    return _open(folder, cardinality or {}, name)


def _rename(aside: pathlib.Path, folder: pathlib.Path) -> None:
    try:
        aside.rename(folder)
    except OSError:
        if not folder.exists():  # else another process was there first
            raise


def _fill(folder: pathlib.Path, examples: Iterable, name: str) -> None:
    def write(videos: Iterator[np.ndarray]) -> np.ndarray:
        shape, count = None, 0
        with (folder / VIDEO).open("wb") as file:
            for video in videos:
                file.write(np.ascontiguousarray(video))
                shape, count = video.shape, count + 1
        return _map(folder, (count, *shape))

    clips = Clips.from_examples(examples, name=name, keep=write)
    truth = {
        f"{group}/{factor}": values
        for group in GROUPS
        for factor, values in getattr(clips, group).items()
    }
    np.savez(folder / TRUTH, shape=clips.video.shape, **truth)


def _open(folder: pathlib.Path, cardinality, name: str) -> Clips:
    groups = {group: {} for group in GROUPS}
    try:
        with np.load(folder / TRUTH) as truth:
            video = _map(folder, tuple(truth["shape"]))
            for key in truth:
                group, _, factor = key.partition("/")
                if factor:
                    groups[group][factor] = truth[key]
    except UNREADABLE as error:
        raise ValueError(
            f"--clips_dir: {folder} is damaged ({describe(error)}); remove it, "
            "and its clips are decoded again."
        ) from error
    return Clips(video, cardinality=cardinality, name=name, **groups)


def _map(folder: pathlib.Path, shape: tuple[int, ...]) -> np.ndarray:
    return np.memmap(folder / VIDEO, np.uint8, "r", shape=shape)
