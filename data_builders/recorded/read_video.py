"""Reads a whole video into memory."""

import os
import pathlib

import numpy as np
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.video_formats import VideoError

from mipae_tf.files import expand_home


def read_video(
    path: str | os.PathLike,
    frame_size: int | None = None,
    channels: int | None = None,
    fit: str = "crop",
    frame_rate: float | None = None,
) -> np.ndarray:
    """Reads a video; see `stored_frames` for files and `Geometry` for options.

    Returns:
        uint8 [time, height, width, channel].

    Raises:
        ValueError: If the path is not a video, or its frames have different
            sizes and no `frame_size` is given.
    """
    path = pathlib.Path(expand_home(path))
    geometry = Geometry(frame_size, fit, channels, frame_rate)
    # Frame by frame, so that a long video is never in memory at full size.
    frames = list(geometry.frames(path))
    if not frames:
        raise VideoError(path, "contains no frame")
    depth = max(frame.shape[-1] for frame in frames)
    frames = [
        np.broadcast_to(frame, (*frame.shape[:2], depth)) for frame in frames
    ]
    sizes = sorted({frame.shape[:2] for frame in frames})
    if len(sizes) > 1:
        raise VideoError(
            path, f"has frames of several sizes, {sizes[0]} and {sizes[1]}"
        )
    return np.stack(frames)  # [time, height, width, channel]
