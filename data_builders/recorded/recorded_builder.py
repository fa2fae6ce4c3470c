"""Base class of builders that cut clips from videos."""

import abc
import dataclasses
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from typing import Any

import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.base_builder import BaseBuilder
from mipae_tf.data_builders.base_builder import features_of
from mipae_tf.data_builders.base_builder import packed_frames
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import checked_factors
from mipae_tf.data_builders.factors import to_metadata
from mipae_tf.data_builders.recorded.splits import split_by_source
from mipae_tf.data_builders.recorded.windows import windows


@dataclasses.dataclass(eq=False)
class RecordedConfig(tfds.core.BuilderConfig):
    """How clips are cut.

    Attributes:
        num_frames: Frames per clip.
        stride: A clip takes every `stride`-th frame of the video.
        hop: Frames between the starts of two clips.
        frame_size: Height and width of the frames, in pixels.
        colour: Whether frames are RGB; otherwise they have one channel.
        shares: Shares of the sources in train, validation and test.
        seed: Seed of the splits.
    """

    num_frames: int = 20
    stride: int = 1
    hop: int = 20
    frame_size: int = 64
    colour: bool = True
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0


@dataclasses.dataclass(frozen=True)
class Recording:
    """One video of a dataset.

    Attributes:
        frames: Frames uint8 `[frame_size, frame_size, channels]`, read when
            they are iterated.
        values: Values of the factors, the same in the whole video.
        source: What must not be in two splits, such as a person; the video
            itself when empty.
    """

    frames: Iterable[np.ndarray]
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    source: str = ""


class RecordedBuilder(BaseBuilder, skip_registration=True):
    """Writes clips of videos in the train, validation and test splits.

    An example has `video` uint8 `[time, size, size, channels]`, the values of
    the factors in `content`, and in `instance` the identifiers `recording`, the
    index of the video in sorted order, and `start`, the index of its first
    frame. Whole sources belong to one split.

    Attributes:
        factors: Declarations of what is known of each video. They are constant
            within a clip.
        labels: Names of the values of a class, by factor.
    """

    factors: tuple[Factor, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = {}

    @abc.abstractmethod
    def recordings(
        self, dl_manager: tfds.download.DownloadManager
    ) -> Mapping[str, Recording]:
        """The videos by name."""

    def _info(self) -> tfds.core.DatasetInfo:
        config: RecordedConfig = self.builder_config
        size, channels = config.frame_size, 3 if config.colour else 1
        identifiers = (
            Factor("recording", "identifier", per_frame=False),
            Factor("start", "identifier", per_frame=False),
        )
        factors = checked_factors((*self.factors, *identifiers))
        shape = (config.num_frames, size, size, channels)
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "video": packed_frames(shape),
                    **features_of(factors, config.num_frames, self.labels),
                }
            ),
            metadata=tfds.core.MetadataDict(factors=to_metadata(factors)),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager):
        config: RecordedConfig = self.builder_config
        found = self.recordings(dl_manager)
        sources = {name: one.source or name for name, one in found.items()}
        splits = split_by_source(sources, config.shares, config.seed)
        numbers = {name: number for number, name in enumerate(sorted(found))}
        return {
            split: self._generate_examples(
                {name: found[name] for name in names}, numbers
            )
            for split, names in splits.items()
        }

    def _generate_examples(
        self, recordings: Mapping[str, Recording], numbers: Mapping[str, int]
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        config: RecordedConfig = self.builder_config
        for name, recording in recordings.items():
            for start, video in windows(
                recording.frames, config.num_frames, config.stride, config.hop
            ):
                identifiers = {"recording": numbers[name], "start": start}
                yield (
                    f"{name}-{start:09d}",
                    {
                        "video": video,
                        "content": dict(recording.values),
                        "pose": {},
                        "instance": identifiers,
                    },
                )
