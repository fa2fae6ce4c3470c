"""Reads and finds videos among the user's files."""

import itertools
import os
import pathlib
import re
from collections.abc import Iterator

import numpy as np
from mipae_tf.data_builders.recorded.container_file import container_frames
from mipae_tf.data_builders.recorded.container_file import read_rate
from mipae_tf.data_builders.recorded.image_file import image_frames
from mipae_tf.data_builders.recorded.image_file import is_animated
from mipae_tf.data_builders.recorded.video_formats import ANIMATIONS
from mipae_tf.data_builders.recorded.video_formats import CONTAINERS
from mipae_tf.data_builders.recorded.video_formats import IMAGES
from mipae_tf.data_builders.recorded.video_formats import VideoError
from mipae_tf.data_builders.recorded.video_formats import VideoFrame
from mipae_tf.data_builders.recorded.video_formats import decoding
from PIL import Image

from mipae_tf.pixels import CHANNELS
from mipae_tf.pixels import as_uint8
from mipae_tf.pixels import check_unit_range
from mipae_tf.pixels import layout_hint

# Frames of a video whose colours decide whether it is grey.
COLOUR_FRAMES = 50
# Largest difference between the channels of a grey pixel; the compression of
# grey videos gives a few levels.
GREY_TOLERANCE = 10


def stored_frames(path: pathlib.Path) -> Iterator[VideoFrame]:
    """The stored frames of a video, one at a time.

    The images of a folder are sorted by name, with numbers by value (frame2
    before frame10). Hidden files, subfolders and files that are not images are
    ignored; of an image file with several images, only the first is read.

    Frames are read as a viewer shows them: rotations and reflections in the
    metadata are applied, non-square pixels are resampled to square ones, and
    transparent pixels become black. An array in a `.npy` file must be uint8, or
    floating in [0, 1], and [time, height, width] or [time, height, width,
    channel].

    Folders, arrays and .tiff files have no display times.

    Args:
        path: A file or folder; never a URL.

    Raises:
        VideoError: If the path does not exist or is not a video.
    """
    suffix = path.suffix.lower()
    if path.is_dir():
        return _folder_frames(path)
    if not path.exists():
        raise VideoError(path, "does not exist")
    if suffix in ANIMATIONS:
        return image_frames(path)
    if suffix == ".npy":
        return _array_frames(path)
    if suffix in CONTAINERS:
        return container_frames(path)
    raise VideoError(
        path, f"ends in {suffix!r}" if suffix else "has no file extension"
    )


def frame_rate(path: pathlib.Path) -> float | None:
    """Average frames per second; None for a video without display times.

    Raises:
        VideoError: If the video cannot be read.
    """
    if path.suffix.lower() in CONTAINERS and not path.is_dir():
        return read_rate(path)
    if path.is_dir() or path.suffix.lower() not in ANIMATIONS:
        return None
    times = [frame.time for frame in image_frames(path)]
    if len(times) < 2 or times[-1] is None:
        return None
    return (len(times) - 1) / times[-1]


def has_colour(path: pathlib.Path) -> bool:
    """Whether one of the first frames of a video is not grey.

    Raises:
        VideoError: If the video cannot be read.
    """
    for frame in itertools.islice(stored_frames(path), COLOUR_FRAMES):
        if frame.image.mode == "L":
            continue
        if np.ptp(np.asarray(frame.image), axis=-1).max() > GREY_TOLERANCE:
            return True
    return False


def find_videos(folder: pathlib.Path) -> dict[str, pathlib.Path]:
    """All videos in a folder and its subfolders, sorted by name.

    A folder that directly holds images is one video, unless it also holds video
    files: images beside video files are ignored. Hidden files and folders are
    ignored, too.

    Returns:
        Paths by name; a name is the path relative to `folder`, with slashes.

    Raises:
        OSError: If a folder cannot be listed.
    """
    found, seen = {}, set()
    for place, folders, files in os.walk(
        folder, onerror=_raise, followlinks=True
    ):
        real = os.path.realpath(place)
        folders[:] = [name for name in folders if not name.startswith(".")]
        if real in seen:  # a link to a folder above
            folders[:] = []
            continue
        seen.add(real)
        here = pathlib.Path(place)
        shown = [here / name for name in files if not name.startswith(".")]
        videos = [path for path in shown if _is_video(path)]
        images = [path for path in shown if path.suffix.lower() in IMAGES]
        for path in videos or ([here] if images else []):
            found[path.relative_to(folder).as_posix()] = path
    return {name: found[name] for name in sorted(found, key=natural_key)}


def _raise(error: OSError) -> None:
    raise error


def _is_video(path: pathlib.Path) -> bool:
    suffix = path.suffix.lower()
    if suffix in IMAGES:  # some formats are for images and for animations
        return suffix in ANIMATIONS and is_animated(path)
    return suffix in (*ANIMATIONS, *CONTAINERS, ".npy")


def natural_key(name: str) -> tuple[list, str]:
    """A sort key that puts `frame2` before `frame10`."""
    # Numbers are at odd places, so that they are compared with numbers.
    parts = [
        int(part) if index % 2 else part
        for index, part in enumerate(re.split(r"(\d+)", name.lower()))
    ]
    return parts, name  # the name itself orders 01.png and 1.png


def _folder_frames(path: pathlib.Path) -> Iterator[VideoFrame]:
    files = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in IMAGES
        and not file.name.startswith(".")
        and not file.is_dir()
    ]
    if not files:
        raise VideoError(path, "is a folder without images")
    for file in sorted(files, key=lambda file: natural_key(file.name)):
        frame = next(image_frames(file), None)
        if frame is None:
            raise VideoError(file, "contains no frame")
        yield VideoFrame(frame.image)


def _array_frames(path: pathlib.Path) -> Iterator[VideoFrame]:
    with decoding(path):
        video = np.lib.format.open_memmap(path, "r")
    # [height, width, channel] is one picture, not a video of narrow frames.
    if not (video.ndim == 3 and video.shape[-1] not in CHANNELS) and not (
        video.ndim == 4 and video.shape[-1] in CHANNELS
    ):
        raise VideoError(
            path,
            "must have the shape [time, height, width] or [time, height, "
            f"width, 1 or 3], got {list(video.shape)}"
            f"{layout_hint(video.shape)}",
            "",
        )
    if video.size == 0:
        raise VideoError(path, "contains no frame")
    try:
        if np.issubdtype(video.dtype, np.floating):
            check_unit_range(video.min(), video.max(), video.dtype, str(path))
        as_uint8(video[:1], str(path))  # its type is checked
    except ValueError as error:
        finding = str(error).removeprefix(f"{path} ").rstrip(".")
        raise VideoError(path, finding, "") from error
    # [time, height, width] or [time, height, width, 3]
    video = video[..., 0] if video.shape[3:] == (1,) else video
    for frame in video:
        yield VideoFrame(Image.fromarray(as_uint8(frame, str(path))))
