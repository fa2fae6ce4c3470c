"""The tfds builder of clips of the user's own videos."""

import dataclasses
import functools
import pathlib
from collections.abc import Mapping
from typing import Any

import tensorflow_datasets as tfds
from mipae_tf.data_builders.recorded.geometry import FITS
from mipae_tf.data_builders.recorded.recorded_builder import RecordedBuilder
from mipae_tf.data_builders.recorded.recorded_builder import RecordedConfig
from mipae_tf.data_builders.recorded.recording import Recording
from mipae_tf.data_builders.recorded.recording import VideoFrames
from mipae_tf.data_builders.source_files import required_manual_folder
from mipae_tf.data_builders.video_folder.labels_file import FILE_NAME
from mipae_tf.data_builders.video_folder.survey import Survey
from mipae_tf.data_builders.video_folder.survey import survey


@dataclasses.dataclass(eq=False)
class VideoFolderConfig(RecordedConfig):
    """How clips are cut from the videos of a folder.

    Attributes:
        folder: Folder of the videos; None for the manual folder of tfds.
        hop: By default 5: every window of 15 frames (5 of context, 10
            predicted) is then in one of the clips of 20 frames.
        colour: None for grey if all videos are grey, and RGB otherwise.
        fit: How frames become square: `crop`, `letterbox` or `stretch`.
        frame_rate: Frames per second; None for the lowest rate of all videos.
        split_by: `file`, `time`, or the name of a column of `labels.csv`.
        min_motion: By default 0.002, which is 8 pixels of 64 x 64.
    """

    folder: str | None = None
    hop: int = 5
    colour: bool | None = None
    fit: str = "crop"
    frame_rate: float | None = None
    split_by: str = "file"
    min_motion: float = 0.002
    shares: tuple[float, float, float] = (0.7, 0.15, 0.15)

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.fit not in FITS:
            raise ValueError(
                f"fit is {self.fit!r} but must be one of {', '.join(FITS)}."
            )


class Builder(RecordedBuilder):
    """Clips cut from a folder of videos."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "The manual folder is the folder of your videos. It may contain "
        f"{FILE_NAME} with labels."
    )
    BUILDER_CONFIGS = [
        VideoFolderConfig(
            name="default",
            description="Clips of 20 frames of the videos in --manual_dir.",
        )
    ]

    _folder: pathlib.Path | None = None
    _own_info: tfds.core.DatasetInfo | None = None

    @property
    def info(self) -> tfds.core.DatasetInfo:
        """Information on the dataset, as it follows from the folder."""
        return self._own_info or super().info

    @functools.cached_property
    def survey(self) -> Survey:
        """What the folder holds."""
        config: VideoFolderConfig = self.builder_config
        return survey(
            self._folder,
            config.frame_size,
            config.fit,
            config.colour,
            config.frame_rate,
        )

    def download_and_prepare(
        self, *, download_dir=None, download_config=None, **kwargs
    ) -> None:
        """Builds the dataset; see `tfds.core.DatasetBuilder`."""
        settings = download_config or tfds.download.DownloadConfig()
        given = {"download_dir": download_dir, "download_config": settings}
        overwrite = settings.download_mode.overwrite_dataset
        if overwrite or not self.data_path.exists():
            self._folder = self._find_folder(given)
            info = self._folder_info()
            info.set_file_format(self.info.file_format)
            self._own_info = info
        super().download_and_prepare(**given, **kwargs)

    def _find_folder(self, given: Mapping[str, Any]) -> pathlib.Path:
        if self.builder_config.folder:
            return pathlib.Path(self.builder_config.folder)
        dl_manager = self._make_download_manager(**given)
        folder = required_manual_folder(dl_manager, "the folder of the videos")
        return pathlib.Path(folder)

    @property
    def frame_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the frames."""
        size = self.builder_config.frame_size
        if self._folder is None:  # not known yet
            return (size, size, 3)
        return (size, size, self.survey.geometry.channels)

    def _info(self) -> tfds.core.DatasetInfo:
        if (self.data_path / "features.json").exists():
            return self._built_info()
        return super()._info()

    def _folder_info(self) -> tfds.core.DatasetInfo:
        """Information on the dataset to be built from the folder."""
        labels = self.survey.labels
        self.factors, self.labels = labels.factors, labels.names
        info = super()._info()
        info.metadata["geometry"] = dataclasses.asdict(self.survey.geometry)
        return info

    def _built_info(self) -> tfds.core.DatasetInfo:
        """Information on a dataset that is built; tfds reads its metadata."""
        path = str(self.data_path)
        return self.dataset_info_from_configs(
            features=tfds.features.FeatureConnector.from_config(path),
            metadata=tfds.core.MetadataDict(),
        )

    def recordings(self, dl_manager) -> Mapping[str, Recording]:
        """The videos of the folder by name."""
        if self.builder_config.damaged == "fail":
            for error in self.survey.damaged.values():
                self._damaged(error)  # before all videos are read
        for line in self.survey.summary():
            self.say(line)
        labels, geometry = self.survey.labels, self.survey.geometry
        return {
            name: Recording(
                VideoFrames(path, geometry),
                labels.values.get(name, {}),
                self._source(name),
            )
            for name, path in self.survey.videos.items()
        }

    def _source(self, name: str) -> str:
        column = self.builder_config.split_by
        if column in ("file", "time"):
            return name
        texts = self.survey.labels.texts
        columns = [factor.name for factor in self.factors]
        if column not in columns:
            raise ValueError(
                f"--split_by={column} is not a column of "
                f"{self._folder / FILE_NAME}; allowed are "
                f"{', '.join(('file', 'time', *columns))}."
            )
        return f"{column} {texts[name][column]}"
