"""Datasets of clips of the user's own videos."""

import dataclasses
import hashlib
import json
import os
import pathlib
import re
from collections.abc import Mapping
from typing import Any

from mipae_tf.data.building import build_if_missing
from mipae_tf.data.datasets import open_builder
from mipae_tf.data.video_options import COLOURS
from mipae_tf.data.video_options import VideoOptions
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.video_formats import IMAGES
from mipae_tf.data_builders.video_folder.labels_file import FILE_NAME
from mipae_tf.data_builders.video_folder.survey import videos_of
from mipae_tf.data_builders.video_folder.video_folder_dataset_builder import (
    Builder,
)
from mipae_tf.data_builders.video_folder.video_folder_dataset_builder import (
    VideoFolderConfig,
)
from mipae_tf.files import expand_home

# Bytes at the head and at the tail of a file that are hashed.
HASHED = 2**16


@dataclasses.dataclass(frozen=True)
class VideoSource:
    """A folder of videos, and how clips are cut from it.

    Attributes:
        folder: absolute path of the folder.
        options: how clips are cut.
        geometry: how frames are made from a video, for training and for use.
    """

    folder: str
    options: VideoOptions
    geometry: Geometry

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> "VideoSource":
        """Reads what `dataclasses.asdict` gives."""
        return cls(
            fields["folder"],
            VideoOptions(**fields["options"]),
            Geometry(**fields["geometry"]),
        )


def build_videos(
    videos: str | os.PathLike,
    options: VideoOptions,
    data_dir: str | None = None,
) -> tuple[str, VideoSource]:
    """Builds the dataset of a folder of videos, unless it is built already.

    Args:
        videos: folder of the videos.
        options: how clips are cut.
        data_dir: data folder of tfds; None for its default.

    Returns:
        Name of the dataset, `video_folder/NAME-HASH`. It depends on the name of
        the folder, its files and the options. And the source.

    Raises:
        ValueError: if the folder has no video, or clips cannot be cut.
    """
    folder = pathlib.Path(os.path.abspath(expand_home(videos)))
    name = _config_name(folder, options)
    data_dir = expand_home(data_dir) if data_dir else None
    builder = Builder(config=_config(name, folder, options), data_dir=data_dir)
    build_if_missing(builder)
    geometry = Geometry(**builder.info.metadata["geometry"])
    source = VideoSource(str(folder), options, geometry)
    return f"{builder.name}/{name}", source


def rebuild_videos(
    dataset: str, source: VideoSource, data_dir: str | None = None
) -> None:
    """Builds the dataset of a run again if it is not in the data folder.

    Args:
        dataset: name of the dataset.
        source: what it was built from.
        data_dir: data folder of tfds; None for its default.

    Raises:
        ValueError: if it cannot be built, or the videos have changed.
    """
    try:
        open_builder(dataset, data_dir)
        return
    except ValueError:
        pass  # it is not built
    lost = f"The dataset {dataset} of this run is not in its data folder"
    try:
        found = _config_name(pathlib.Path(source.folder), source.options)
    except ValueError as error:
        raise ValueError(
            f"{lost} and cannot be built again: {error}"
        ) from error
    if not dataset.endswith(f"/{found}"):
        raise ValueError(
            f"{lost} and cannot be built again, because the videos in "
            f"{source.folder} have changed since the training; restore them, "
            "or train again."
        )
    build_videos(source.folder, source.options, data_dir)


def _config(
    name: str, folder: pathlib.Path, options: VideoOptions
) -> VideoFolderConfig:
    return VideoFolderConfig(
        name=name,
        folder=str(folder),
        num_frames=options.clip_length,
        hop=options.clip_stride,
        frame_rate=options.frame_rate,
        frame_size=options.frame_size,
        fit=options.fit,
        colour=COLOURS[options.colour],
        split_by=options.split_by,
        seed=options.split_seed,
        shares=options.shares(),
        min_motion=options.min_motion,
        damaged=options.damaged,
    )


def _config_name(folder: pathlib.Path, options: VideoOptions) -> str:
    """NAME-HASH; the hash covers the files and the options."""
    digest = hashlib.sha256()
    settings = [str(Builder.VERSION), dataclasses.asdict(options)]
    digest.update(json.dumps(settings, sort_keys=True).encode())
    files = dict(videos_of(folder))
    if (folder / FILE_NAME).exists():
        files[FILE_NAME] = folder / FILE_NAME
    for name, path in files.items():
        digest.update(f"\0{name}\0".encode(errors="surrogateescape"))
        parts = sorted(path.iterdir()) if path.is_dir() else [path]
        for part in parts:
            if part == path or part.suffix.lower() in IMAGES:
                _hash_file(digest, part)
    name = re.sub(r"\W+", "_", folder.name, flags=re.ASCII).strip("_")
    return f"{name[:40] or 'videos'}-{digest.hexdigest()[:8]}"


def _hash_file(digest, path: pathlib.Path) -> None:
    try:
        size = path.stat().st_size
        digest.update(f"{path.name} {size} ".encode(errors="surrogateescape"))
        with path.open("rb") as file:
            digest.update(file.read(HASHED))
            file.seek(max(0, size - HASHED))
            digest.update(file.read(HASHED))
    except OSError as error:  # reported, or skipped, when clips are cut
        digest.update(str(error.errno).encode())
