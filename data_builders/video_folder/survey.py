"""What a folder of videos holds, without decoding all of it."""

import dataclasses
import pathlib
from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.video_file import find_videos
from mipae_tf.data_builders.recorded.video_file import frame_rate
from mipae_tf.data_builders.recorded.video_file import has_colour
from mipae_tf.data_builders.recorded.video_formats import CONTAINERS
from mipae_tf.data_builders.recorded.video_formats import VideoError
from mipae_tf.data_builders.video_folder.labels_file import Labels
from mipae_tf.data_builders.video_folder.labels_file import read_labels


@dataclasses.dataclass(frozen=True)
class Survey:
    """The videos of a folder.

    Attributes:
        videos: paths by name, including videos that cannot be read.
        labels: labels of the videos.
        rates: frames per second of the videos that have a rate, by name.
        without_rate: names of videos without display times.
        damaged: errors of the videos whose beginning cannot be read, by name.
        geometry: geometry of the clips.
    """

    videos: Mapping[str, pathlib.Path]
    labels: Labels
    rates: Mapping[str, float]
    without_rate: Sequence[str]
    damaged: Mapping[str, VideoError]
    geometry: Geometry

    def summary(self) -> list[str]:
        """Lines for the screen: number of videos, rates and geometry."""
        count = len(self.videos)
        lines = [
            f"found {count} video{'s' if count != 1 else ''}; clips have "
            f"{self.geometry}"
        ]
        rates = sorted(set(self.rates.values()))
        wanted = self.geometry.frame_rate
        if wanted is None:
            return lines
        if len(rates) > 1:
            lines.append(
                f"the videos have {rates[0]:g} to {rates[-1]:g} frames per "
                f"second; all are resampled to {wanted:g}"
            )
        if rates and wanted > 1.05 * rates[0]:
            lines.append(
                f"--frame_rate={wanted:g} is more than the {rates[0]:g} of "
                "some videos, whose frames are repeated"
            )
        if self.without_rate:
            lines.append(
                f"{len(self.without_rate)} without a frame rate (folders of "
                "frames, arrays): every frame is used"
            )
        return lines


def survey(
    folder: pathlib.Path,
    frame_size: int,
    fit: str,
    colour: bool | None,
    rate: float | None,
) -> Survey:
    """Finds the videos and decides on the geometry of the clips.

    Args:
        folder: the folder.
        frame_size: see `Geometry`.
        fit: see `Geometry`.
        colour: whether frames are RGB; None for grey if all videos are grey.
        rate: frames per second; None for the lowest rate of all videos.

    Raises:
        ValueError: if the folder does not exist or contains no video, or the
            labels are wrong.
    """
    videos = videos_of(folder)
    labels = read_labels(folder, videos)
    rates, colours, damaged = {}, [], {}
    for name, path in videos.items():
        try:
            rates[name] = frame_rate(path)
            if colour is None and not any(colours):
                colours.append(has_colour(path))
        except VideoError as error:
            damaged[name] = error
    without = [name for name, found in rates.items() if not found]
    rates = {name: found for name, found in rates.items() if found}
    if colour is None:
        colour = any(colours)
    if rate is None and rates:
        rate = round(min(rates.values()), 3)
    geometry = Geometry(frame_size, fit, 3 if colour else 1, rate)
    return Survey(videos, labels, rates, without, damaged, geometry)


def videos_of(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """The videos of a folder, at least one.

    Raises:
        ValueError: if there is none, or a folder cannot be listed.
    """
    if not folder.is_dir():
        what = "is a file" if folder.exists() else "does not exist"
        raise ValueError(f"{folder} {what}; a folder of videos is needed.")
    try:
        videos = find_videos(folder)
    except OSError as error:
        raise ValueError(
            f"{error.filename} cannot be listed ({error.strerror}); a folder "
            "of videos is needed."
        ) from error
    if not videos:
        raise ValueError(
            f"{folder} contains no video; it must contain video files "
            f"({', '.join(CONTAINERS)}, .gif, .webp, .npy) or folders of "
            "images."
        )
    return videos
