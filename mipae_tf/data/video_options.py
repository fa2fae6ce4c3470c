"""Options of cutting clips from a folder of videos."""

import dataclasses

from mipae_tf.data_builders.recorded.geometry import FITS
from mipae_tf.data_builders.recorded.recorded_builder import DAMAGED
from mipae_tf.options import Options
from mipae_tf.options import option

COLOURS = {"auto": None, "grey": False, "colour": True}


@dataclasses.dataclass(frozen=True, kw_only=True)
class VideoOptions(Options):
    """How clips are cut from the videos of `--videos`."""

    clip_length: int = option(20, "Frames per clip; 20 if unset.", low=2)
    clip_stride: int = option(
        5,
        "Frames between the starts of two clips of a video; 5 if unset. With "
        "clips of 20 frames, every window of 15 (5 of context, 10 predicted) "
        "is then in one of them.",
        low=1,
    )
    frame_rate: float | None = option(
        None,
        "Frames per second; if unset, the lowest rate of all videos.",
        type=float,
        above=0,
        high=1_000,
    )
    frame_size: int = option(
        64, "Height and width of the frames; 64 if unset.", low=1, high=4_096
    )
    fit: str = option(
        "crop",
        "How frames become square. crop: the largest centred square (the "
        "default); letterbox: black bars; stretch: another aspect ratio.",
        choices=FITS,
    )
    colour: str = option(
        "auto",
        "Channels of the frames. auto: grey if all videos are grey.",
        choices=tuple(COLOURS),
    )
    split_by: str = option(
        "file",
        "What is never in two splits: file (the default), or a column of "
        "labels.csv, such as person. time: each video is cut into consecutive "
        "parts for training, validation and test.",
    )
    split_seed: int = option(0, "Seed of the splits; 0 if unset.", low=0)
    validation_share: float = option(
        0.15,
        "Share of the files (or persons, or frames) for validation; 0.15 if "
        "unset.",
        above=0,
        below=1,
    )
    test_share: float = option(
        0.15,
        "Share of the files (or persons, or frames) for the test; 0.15 if "
        "unset. Three persons or more give intervals.",
        above=0,
        below=1,
    )
    min_motion: float = option(
        0.002,
        "Smallest share of the pixels that change from frame to frame in a "
        "clip, by more than 16 of 255; 0.002 if unset, 0 keeps all clips.",
        low=0,
        below=1,
    )
    damaged: str = option(
        "fail",
        "What to do with videos that cannot be read. fail: stop with an error; "
        "skip: leave them out.",
        choices=DAMAGED,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.validation_share + self.test_share >= 1:
            raise ValueError(
                f"--validation_share={self.validation_share} and "
                f"--test_share={self.test_share} leave nothing to train on; "
                "their sum must be below 1."
            )

    def shares(self) -> tuple[float, float, float]:
        """Shares of train, validation and test; their sum is 1."""
        held_out = self.validation_share, self.test_share
        return 1.0 - sum(held_out), *held_out
