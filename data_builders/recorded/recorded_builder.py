"""Base class of builders that cut clips from videos."""

import abc
import dataclasses
import sys
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from collections.abc import Sequence
from typing import Any

import tensorflow_datasets as tfds
from mipae_tf.data_builders.base_builder import BaseBuilder
from mipae_tf.data_builders.base_builder import features_of
from mipae_tf.data_builders.base_builder import packed_frames
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import checked_factors
from mipae_tf.data_builders.factors import to_metadata
from mipae_tf.data_builders.recorded.clip_cutter import FrameStore
from mipae_tf.data_builders.recorded.clip_cutter import StoredVideo
from mipae_tf.data_builders.recorded.clip_plan import Cut
from mipae_tf.data_builders.recorded.clip_plan import plan_clips
from mipae_tf.data_builders.recorded.recording import Recording
from mipae_tf.data_builders.recorded.video_formats import VideoError

# Factors of every recorded dataset.
PLACES = (
    Factor("recording", "recording", per_frame=False),
    Factor("start", "identifier", per_frame=False),
    Factor("source", "source", per_frame=False),
)
DAMAGED = ("fail", "skip")


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
        split_by: `source`: whole sources belong to one split. `time`: each
            video is cut into consecutive parts for train, validation and test,
            with a gap as long as a clip between them.
        min_motion: A clip is kept if, from one of its frames to the next, at
            least this share of the pixels changes, on average. A pixel changes
            if a channel differs by more than 16 of 255.
        damaged: `fail`: a video that cannot be read is an error. `skip`: it is
            left out.
    """

    num_frames: int = 20
    stride: int = 1
    hop: int = 20
    frame_size: int = 64
    colour: bool = True
    shares: tuple[float, float, float] = (0.8, 0.1, 0.1)
    seed: int = 0
    split_by: str = "source"
    min_motion: float = 0.0
    damaged: str = "fail"

    def __post_init__(self) -> None:
        for field in ("num_frames", "stride", "hop", "frame_size"):
            value = getattr(self, field)
            if not isinstance(value, int) or value < 1:
                raise ValueError(
                    f"{field} is {value!r} but must be an integer of at least "
                    "1."
                )
        if not 0 <= self.min_motion < 1:
            raise ValueError(
                f"min_motion is {self.min_motion!r} but must be at least 0 and "
                "less than 1."
            )
        if self.damaged not in DAMAGED:
            raise ValueError(
                f"damaged is {self.damaged!r} but must be fail or skip."
            )


class RecordedBuilder(BaseBuilder, skip_registration=True):
    """Writes clips of videos in the train, validation and test splits.

    An example has `video` uint8 `[time, size, size, channels]`, the values of
    the factors in `content` and `pose`, and in `instance` the `source` of the
    clip, its `recording`, and the identifier `start`, the index of its first
    frame. Whole sources belong to one split. The metadata
    have the names of sources and recordings, in the order of their indices.

    All frames are read before the first clip is written, into a temporary file
    in the data folder: memory holds one clip at a time, and nothing is written
    if a video cannot be read or a split would be empty.

    Attributes:
        factors: Declarations of what is known of each video.
        labels: Names of the values of a class, by factor.
        say: Called with each line of the summary.
        watch: Called with the videos to read, then with the clips to write, and
            with the unit `video` or `clip`; iterates over them and may show the
            progress.
    """

    factors: tuple[Factor, ...] = ()
    labels: Mapping[str, tuple[str, ...]] = {}
    say: Callable[[str], None] = staticmethod(
        lambda text: print(text, file=sys.stderr)
    )
    watch: Callable[[Sequence, str], Iterable] = staticmethod(
        lambda items, unit: iter(items)
    )

    @abc.abstractmethod
    def recordings(
        self, dl_manager: tfds.download.DownloadManager
    ) -> Mapping[str, Recording]:
        """The videos by name."""

    @property
    def frame_shape(self) -> tuple[int, int, int]:
        """(height, width, channels) of the frames."""
        config: RecordedConfig = self.builder_config
        return (config.frame_size, config.frame_size, 3 if config.colour else 1)

    def _info(self) -> tfds.core.DatasetInfo:
        num_frames = self.builder_config.num_frames
        factors = checked_factors((*self.factors, *PLACES))
        return self.dataset_info_from_configs(
            features=tfds.features.FeaturesDict(
                {
                    "video": packed_frames((num_frames, *self.frame_shape)),
                    **features_of(factors, num_frames, self.labels),
                }
            ),
            metadata=tfds.core.MetadataDict(factors=to_metadata(factors)),
        )

    def _split_generators(self, dl_manager: tfds.download.DownloadManager):
        found = self.recordings(dl_manager)
        videos = self._read(found)
        plan = plan_clips(videos, found, self.builder_config)
        for line in (*plan.notes, str(plan)):
            self.say(line)
        used = {c.source for cuts in plan.splits.values() for c in cuts}
        self.info.metadata["recordings"] = sorted(found)
        self.info.metadata["sources"] = sorted(used)
        return {
            split: self._generate_examples(cuts, videos, found)
            for split, cuts in plan.splits.items()
        }

    def _read(self, found: Mapping[str, Recording]) -> dict[str, StoredVideo]:
        """Reads all videos into a temporary file."""
        store = FrameStore(self.frame_shape, str(self.data_dir))
        videos, damaged = {}, []
        for name in self.watch(list(found), "video"):
            try:
                videos[name] = store.add(found[name].frames)
            except VideoError as error:
                damaged.append(error)
                self._damaged(error)
        if damaged:
            plural = "s" if len(damaged) > 1 else ""
            self.say(f"skipped {len(damaged)} damaged file{plural}")
        if not videos:
            raise ValueError(
                f"None of the {len(found)} videos can be read; give undamaged "
                "ones."
            )
        return videos

    def _damaged(self, error: VideoError) -> None:
        """Says that a file is skipped, or raises a ValueError."""
        if self.builder_config.damaged == "fail":
            raise ValueError(
                f"{error.path} {error.finding}; remove it, or use "
                "--damaged=skip to leave out such files."
            ) from error
        self.say(f"skipping {error.path}, which {error.finding}")

    def _generate_examples(
        self,
        cuts: Sequence[Cut],
        videos: Mapping[str, StoredVideo],
        found: Mapping[str, Recording],
    ) -> Iterator[tuple[str, dict[str, Any]]]:
        config: RecordedConfig = self.builder_config
        recordings = {n: i for i, n in enumerate(sorted(found))}
        sources = self.info.metadata["sources"]
        number_of = {name: number for number, name in enumerate(sources)}
        for cut in self.watch(cuts, "clip"):
            name, start = cut.recording, cut.start
            values: dict[str, dict] = {"content": {}, "pose": {}}
            for factor in self.factors:
                value = found[name].values[factor.name]
                if factor.per_frame:
                    value = [value] * config.num_frames
                values[factor.group][factor.name] = value
            yield (
                f"{name}-{start:09d}",
                {
                    "video": videos[name].clip(
                        start, config.num_frames, config.stride
                    ),
                    **values,
                    "instance": {
                        "recording": recordings[name],
                        "start": start,
                        "source": number_of[cut.source],
                    },
                },
            )
