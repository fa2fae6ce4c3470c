"""The clips of a training: of a dataset, of videos or of the user's own."""

import dataclasses
import os
from collections.abc import Mapping
from typing import Any

from mipae_tf.data import Clips
from mipae_tf.data import open_clips
from mipae_tf.data.datasets import MOST_IN_MEMORY
from mipae_tf.data.datasets import decoded_clips_dir
from mipae_tf.data.datasets import geometry_of_dataset
from mipae_tf.data.datasets import open_builder
from mipae_tf.data.sources import some_clips
from mipae_tf.data.video_options import VideoOptions
from mipae_tf.data.videos import VideoSource
from mipae_tf.data.videos import build_videos
from mipae_tf.models.config import ModelConfig
from mipae_tf.runs.settings import OWN_CLIPS
from mipae_tf.training.options import TrainingOptions

DEFAULT_DATASET = "moving_dsprites/quickstart"
VIDEO_FIELDS = tuple(f.name for f in dataclasses.fields(VideoOptions))


@dataclasses.dataclass(frozen=True)
class ClipSource:
    """Where clips come from: at most one of the first three.

    Attributes:
        dataset: name of a tfds dataset; the default one if nothing is given.
        videos: folder of videos.
        clips: clips of the user's own by split.
        video_options: how clips are cut from videos, or None.
    """

    dataset: str | None = None
    videos: str | os.PathLike | None = None
    clips: Mapping[str, Any] | None = None
    video_options: VideoOptions | None = None

    def __post_init__(self) -> None:
        given = {
            "--videos": self.videos,
            "--dataset": self.dataset,
            "clips": self.clips,
        }
        names = [name for name, value in given.items() if value is not None]
        if len(names) > 1:
            raise ValueError(
                f"{' and '.join(names)} are given; allowed is one of them."
            )
        if self.video_options is not None and self.videos is None:
            raise ValueError(
                "video_options applies only to videos; give --videos=FOLDER."
            )

    @property
    def recorded(self) -> bool:
        """Whether clips are cut from videos, by this library."""
        if self.dataset is not None:
            return geometry_of_dataset(self.dataset) is not None
        return self.videos is not None


@dataclasses.dataclass(frozen=True)
class TrainingClips:
    """Opened clips.

    Attributes:
        dataset: name of the dataset.
        splits: clips of train and validation.
        videos: the folder of videos that they were cut from, or None.
        fingerprints: fingerprints of the user's own clips by split, or None.
    """

    dataset: str
    splits: Mapping[str, Clips]
    videos: VideoSource | None = None
    fingerprints: Mapping[str, str] | None = None


def open_source(
    source: ClipSource, config: ModelConfig, options: TrainingOptions
) -> TrainingClips:
    """Opens the clips; builds them if they are of a dataset or of videos.

    Raises:
        ValueError: if they cannot be opened, or are too short for the model.
    """
    if source.clips is not None:
        splits = own_splits(source.clips, options)
        prints = {split: clips.fingerprint() for split, clips in splits.items()}
        found = TrainingClips(OWN_CLIPS, splits, fingerprints=prints)
    elif source.videos is not None:
        cutting = source.video_options or VideoOptions()
        check_length(config, cutting.clip_length)  # before clips are cut
        name, videos = build_videos(source.videos, cutting, options.data_dir)
        options = options.updated({"clips_dir": _clips_dir(name, options)})
        found = TrainingClips(name, dataset_splits(name, options), videos)
    else:
        name = source.dataset or DEFAULT_DATASET
        found = TrainingClips(name, dataset_splits(name, options))
    check_length(config, found.splits["train"].length)
    return found


def dataset_splits(dataset: str, options: TrainingOptions) -> dict[str, Clips]:
    """Clips of the splits of a dataset."""
    return {
        split: open_clips(
            dataset,
            split,
            limit=limit,
            data_dir=options.data_dir,
            manual_dir=options.manual_dir,
            clips_dir=options.clips_dir,
        )
        for split, limit in _limits(options).items()
    }


def own_splits(
    clips: Mapping[str, Any], options: TrainingOptions
) -> dict[str, Clips]:
    """Clips of the user's own.

    Raises:
        ValueError: if a split is missing or unknown, is not valid, or they
            differ in shape.
    """
    if options.clips_dir:
        raise ValueError(
            f"--clips_dir={options.clips_dir} applies only to tfds "
            "datasets; for arrays, use memory maps instead."
        )
    if not isinstance(clips, Mapping):
        raise ValueError(
            f"clips is of the type {type(clips).__name__}; it must be a "
            "mapping with train and validation."
        )
    limits = _limits(options)
    missing, unknown = set(limits) - set(clips), set(clips) - set(limits)
    if missing:
        raise ValueError(
            f"clips lacks {', '.join(sorted(missing))}; it must have train "
            "and validation."
        )
    if unknown:
        raise ValueError(
            f"clips has the unknown split {', '.join(map(repr, unknown))}; "
            "allowed are train and validation. Test clips are an argument of "
            "evaluate_run."
        )
    opened = {
        split: some_clips(Clips.of(clips[split], f"clips {split}"), count)
        for split, count in limits.items()
    }
    shapes = {split: own.video.shape[1:] for split, own in opened.items()}
    if len(set(shapes.values())) > 1:
        raise ValueError(
            f"clips differ in shape ({shapes}); train and validation must "
            "have the same length and frames."
        )
    return opened


def check_length(config: ModelConfig, length: int) -> None:
    """Raises a ValueError if clips of `length` frames are too short."""
    if config.context >= length:
        raise ValueError(
            f"--context={config.context} is too long: the clips have "
            f"{length} frames; allowed is 1 to {length - 1}."
        )
    most = length - config.context
    if config.train_horizon > most:
        raise ValueError(
            f"--train_horizon={config.train_horizon} is too long: after "
            f"--context={config.context} the clips have {most} more frames; "
            f"allowed is 1 to {most}."
        )


def _clips_dir(dataset: str, options: TrainingOptions) -> str | None:
    """Folder for decoded clips of videos; None to keep them in memory."""
    if options.clips_dir:
        return options.clips_dir
    builder = open_builder(dataset, options.data_dir)
    count = sum(split.num_examples for split in builder.info.splits.values())
    return decoded_clips_dir(builder, "the clips", count, MOST_IN_MEMORY)


def _limits(options: TrainingOptions) -> dict[str, int | None]:
    return {"train": options.train_clips, "validation": None}
