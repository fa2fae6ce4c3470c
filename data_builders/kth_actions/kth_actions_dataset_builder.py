"""The tfds builder of clips of the KTH actions."""

import dataclasses
import pathlib
import re
from collections.abc import Collection
from collections.abc import Mapping
from typing import NamedTuple

import tensorflow_datasets as tfds
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.kth_actions.sequences_file import FILE_NAME
from mipae_tf.data_builders.kth_actions.sequences_file import read_intervals
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.recorded_builder import RecordedBuilder
from mipae_tf.data_builders.recorded.recorded_builder import RecordedConfig
from mipae_tf.data_builders.recorded.recording import Recording
from mipae_tf.data_builders.recorded.recording import VideoFrames
from mipae_tf.data_builders.recorded.splits import SPLITS
from mipae_tf.data_builders.source_files import required_manual_folder

ACTIONS = (
    "boxing",
    "handclapping",
    "handwaving",
    "jogging",
    "running",
    "walking",
)
SCENARIOS = ("outdoors", "other_distances", "other_clothes", "indoors")
PERSONS = 25
# All but person13_handclapping_d3, which was never published.
VIDEOS = PERSONS * len(ACTIONS) * len(SCENARIOS) - 1
FRAME_RATE = 25
# Persons of each split.
PERSONS_OF = {
    "standard": {
        "train": range(11, 19),
        "validation": (1, 4, 19, 20, 21, 23, 24, 25),
        "test": (2, 3, 5, 6, 7, 8, 9, 10, 22),
    },
    # DRNET has no validation; persons 15 and 16 are two of its training ones.
    "drnet": {
        "train": range(1, 15),
        "validation": (15, 16),
        "test": range(17, 26),
    },
}
BY_PERSON = "person"

_NAME = re.compile(
    rf"(person(\d\d)_({'|'.join(ACTIONS)})_d([1-{len(SCENARIOS)}]))_uncomp\.avi"
)


@dataclasses.dataclass(eq=False)
class KthConfig(RecordedConfig):
    """How clips are cut from the videos.

    Attributes:
        split_by: `standard` or `drnet`: the published splits of the persons,
            see `PERSONS_OF`. `person`: persons are split at random by `shares`
            and `seed`, for some of the videos.
        hop: By default 5: every window of 15 frames of an interval is then in
            one of the clips of 20 frames.
        min_motion: Only for videos without intervals.
        damaged: By default `skip`, as one published video is damaged.
    """

    split_by: str = "standard"
    hop: int = 5
    colour: bool = False
    shares: tuple[float, float, float] = (0.7, 0.15, 0.15)
    min_motion: float = 0.002
    damaged: str = "skip"

    def __post_init__(self) -> None:
        super().__post_init__()
        allowed = (*PERSONS_OF, BY_PERSON)
        if self.split_by not in allowed:
            raise ValueError(
                f"split_by is {self.split_by!r} but must be one of "
                f"{', '.join(allowed)}."
            )

    @property
    def geometry(self) -> Geometry:
        """The whole frame of 160 x 120 pixels, stretched to a square."""
        channels = 3 if self.colour else 1
        return Geometry(self.frame_size, "stretch", channels, FRAME_RATE)


class Video(NamedTuple):
    """A file, and what its name says; `action` and `scenario` are indices."""

    path: pathlib.Path
    person: int
    action: int
    scenario: int


class Builder(RecordedBuilder):
    """Clips of people who walk, jog, run, box, wave and clap."""

    VERSION = tfds.core.Version("1.0.0")
    RELEASE_NOTES = {"1.0.0": "First release."}
    MANUAL_DOWNLOAD_INSTRUCTIONS = (
        "Download walking.zip, jogging.zip, running.zip, boxing.zip, "
        "handwaving.zip, handclapping.zip and 00sequences.txt from "
        "https://www.csc.kth.se/cvap/actions/ and extract the .avi files into "
        "the manual folder, or subfolders of it. Some of the files are enough."
    )
    BUILDER_CONFIGS = [
        KthConfig(
            name=f"{split}_{size}",
            description=f"{about}, {size} x {size}",
            split_by=split_by,
            frame_size=size,
        )
        for split, split_by, about in (
            ("standard", "standard", "The split of the data set by person"),
            ("drnet", "drnet", "Persons 1-16 for training, 17-25 for test"),
            ("by_person", BY_PERSON, "Any of the videos; persons at random"),
        )
        for size in (64, 128)
    ]
    factors = (
        Factor("action", "class", per_frame=True, size=len(ACTIONS)),
        Factor("person", "class", per_frame=False, size=PERSONS),
        Factor("scenario", "class", per_frame=False, size=len(SCENARIOS)),
    )
    labels = {
        "action": ACTIONS,
        "person": tuple(f"person{n:02d}" for n in range(1, PERSONS + 1)),
        "scenario": SCENARIOS,
    }

    def _info(self) -> tfds.core.DatasetInfo:
        info = super()._info()
        geometry = self.builder_config.geometry
        info.metadata["geometry"] = dataclasses.asdict(geometry)
        return info

    def recordings(self, dl_manager) -> Mapping[str, Recording]:
        """The videos by name, such as `person01_boxing_d1`."""
        folder = required_manual_folder(
            dl_manager,
            "the folder of the videos of KTH actions, see "
            "data_builders/kth_actions/README.md",
        )
        folder = pathlib.Path(folder)
        videos = find_kth_videos(folder)
        self.say(
            f"found {len(videos)} of the {VIDEOS} videos; "
            f"{VIDEOS - len(videos)} are missing"
        )
        config: KthConfig = self.builder_config
        split_of = _splits(config, {v.person for v in videos.values()}, folder)
        intervals = self._intervals(folder, videos)
        return {
            name: Recording(
                VideoFrames(video.path, config.geometry),
                {
                    "action": video.action,
                    "person": video.person - 1,
                    "scenario": video.scenario,
                },
                source=f"person{video.person:02d}",
                parts=intervals.get(name, ()),
                split=split_of.get(video.person, ""),
            )
            for name, video in videos.items()
        }

    def _intervals(
        self, folder: pathlib.Path, videos: Collection[str]
    ) -> dict[str, list[tuple[int, int]]]:
        """Published intervals of the videos, as far as they are there."""
        files = sorted(folder.rglob(FILE_NAME))
        found = read_intervals(files[0]) if files else {}
        without = [name for name in videos if name not in found]
        if not without:
            return found
        least = self.builder_config.min_motion
        which = (
            f"{len(without)} videos are not in {files[0]}"
            if files
            else f"there is no {FILE_NAME} in {folder}"
        )
        self.say(
            f"{which}: such videos are used as a whole, without clips in which "
            f"less than {least:.2%} of the pixels change from frame to frame"
        )
        return found


def find_kth_videos(folder: pathlib.Path) -> dict[str, Video]:
    """The videos in a folder and its subfolders, sorted by name.

    Files with other names are ignored.

    Raises:
        ValueError: if there is none, or one is there twice.
    """
    found: dict[str, Video] = {}
    for path in sorted(folder.rglob("person*_uncomp.avi")):
        match = _NAME.fullmatch(path.name)
        if not match or not 1 <= int(match[2]) <= PERSONS:
            continue
        name, person, action, scenario = match.groups()
        if name in found:
            raise ValueError(
                f"{path} and {found[name].path} are the same video; remove "
                "one of them."
            )
        found[name] = Video(
            path, int(person), ACTIONS.index(action), int(scenario) - 1
        )
    if not found:
        raise ValueError(
            f"{folder} contains no video of KTH actions; it must contain files "
            "such as person01_boxing_d1_uncomp.avi."
        )
    return dict(sorted(found.items()))


def _splits(
    config: KthConfig, persons: Collection[int], folder: pathlib.Path
) -> dict[int, str]:
    """Split of each person; empty if they are split at random.

    Raises:
        ValueError: if a split has none of the persons.
    """
    listed = ", ".join(map(str, sorted(persons)))
    if config.split_by == BY_PERSON:
        if len(persons) < len(SPLITS):
            raise ValueError(
                f"{folder} has videos of person {listed} only; "
                f"{', '.join(SPLITS)} need one person each, so add videos of "
                "other persons."
            )
        return {}
    for split, needed in PERSONS_OF[config.split_by].items():
        if not persons & set(needed):
            raise ValueError(
                f"{config.name} has no video for {split}: it needs persons "
                f"{', '.join(map(str, needed))}, and {folder} has "
                f"{listed}; add videos, or use "
                f"--dataset=kth_actions/by_person_{config.frame_size}, which "
                "splits the persons that are there."
            )
    return {
        person: split
        for split, those in PERSONS_OF[config.split_by].items()
        for person in those
    }
