"""How the frames of a run are made from a video."""

import pathlib

from mipae_tf.data.datasets import geometry_of_dataset
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.video_file import frame_rate
from mipae_tf.data_builders.recorded.video_file import has_colour
from mipae_tf.models import VideoModel
from mipae_tf.runs import RunFolder

# Relative difference of two rates that are the same, such as 30 and 29.97.
SAME_RATE = 0.01


def geometry_of(run_dir: str | pathlib.Path, model: VideoModel) -> Geometry:
    """The geometry of the training clips of a run.

    For a run that was not trained on recorded videos, it is the largest centred
    square of every frame.
    """
    folder = RunFolder(run_dir)
    if folder.config.is_file():
        settings = folder.settings()
        if settings.videos is not None:
            return settings.videos.geometry
        geometry = geometry_of_dataset(settings.dataset)
        if geometry is not None:
            return geometry
    size, _, channels = model.frame_shape
    return Geometry(size, channels=channels)


def departure_of(source: pathlib.Path, geometry: Geometry) -> str:
    """Says how a video departs from the training clips; empty if it does not.

    Raises:
        VideoError: if the video cannot be read.
    """
    found, wanted = frame_rate(source), geometry.frame_rate
    parts = []
    if wanted is not None and found is None:
        parts.append(
            "no frame rate, so every frame is used, as one of "
            f"{wanted:g} per second"
        )
    elif wanted is not None and abs(found / wanted - 1) > SAME_RATE:
        parts.append(
            f"{found:g} frames per second, resampled to the {wanted:g} of the "
            "training"
        )
    if wanted is not None and geometry.channels == 1 and has_colour(source):
        parts.append("colour, converted to grey as in the training")
    return f"{source.name} has {' and '.join(parts)}" if parts else ""
