"""Reads videos from the user's files."""

import os
import pathlib
import re
from collections.abc import Iterator

import numpy as np
from absl import logging
from PIL import Image

from mipae_tf.files import expand_home
from mipae_tf.pixels import CHANNELS
from mipae_tf.pixels import as_uint8
from mipae_tf.pixels import layout_hint
from mipae_tf.visual.container_file import container_frames
from mipae_tf.visual.image_file import image_frames
from mipae_tf.visual.video_formats import ANIMATIONS
from mipae_tf.visual.video_formats import CONTAINERS
from mipae_tf.visual.video_formats import IMAGES
from mipae_tf.visual.video_formats import decoding
from mipae_tf.visual.video_formats import video_error


def read_video(
    path: str | os.PathLike,
    frame_size: int | None = None,
    channels: int | None = None,
) -> np.ndarray:
    """Reads a video as frames for a model.

    Each stored frame is read once, whatever its display time. The images of a
    folder are sorted by name, with numbers by value (frame2 before frame10).
    Hidden files, subfolders and files that are not images are ignored; of an
    image file with several images, only the first is read.

    Frames are read as a viewer shows them: rotations and reflections in the
    metadata are applied, non-square pixels are resampled to square ones, and
    transparent pixels become black. An array in a `.npy` file must be uint8, or
    floating in [0, 1], and [time, height, width] or [time, height, width,
    channel].

    Args:
        path: A file or folder; never a URL.
        frame_size: Side of the frames in pixels: the largest centred square of
            each frame is cropped and resized with a box filter, which averages
            areas. None keeps the frames unchanged.
        channels: 3 for colour, 1 for grey (ITU-R 601 luma); None gives 1 for
            grey arrays and images, and 3 otherwise.

    Returns:
        uint8 [time, height, width, channel].

    Raises:
        ValueError: If the path does not exist or is not a video, or its frames
            have different sizes and no `frame_size` is given. The message names
            the flag `--input`.
    """
    path = pathlib.Path(expand_home(path))
    if channels not in (None, *CHANNELS):
        raise ValueError(f"channels must be 1 or 3, got {channels}.")
    if frame_size is not None and frame_size < 1:
        raise ValueError(f"frame_size must be at least 1, got {frame_size}.")
    # Frame by frame, so that a long video is never in memory at full size.
    frames = [_fitted(image, frame_size, channels) for image in _images(path)]
    if not frames:
        raise video_error(path, "contains no frame")
    depth = max(frame.shape[-1] for frame in frames)
    frames = [
        np.broadcast_to(frame, (*frame.shape[:2], depth)) for frame in frames
    ]
    sizes = sorted({frame.shape[:2] for frame in frames})
    if len(sizes) > 1:
        raise video_error(
            path, f"has frames of several sizes, {sizes[0]} and {sizes[1]}"
        )
    return np.stack(frames)  # [time, height, width, channel]


def _images(path: pathlib.Path) -> Iterator[Image.Image]:
    """The frames as images of mode L (grey) or RGB."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return _folder_images(path)
    if not path.exists():
        raise video_error(path, "does not exist")
    if suffix in ANIMATIONS:
        return image_frames(path)
    if suffix == ".npy":
        return map(Image.fromarray, _array_frames(path))
    if suffix in CONTAINERS:
        return container_frames(path)
    raise video_error(
        path, f"ends in {suffix!r}" if suffix else "has no file extension"
    )


def natural_key(name: str) -> tuple[list, str]:
    """A sort key that puts `frame2` before `frame10`."""
    # Numbers are at odd places, so that they are compared with numbers.
    parts = [
        int(part) if index % 2 else part
        for index, part in enumerate(re.split(r"(\d+)", name.lower()))
    ]
    return parts, name  # the name itself orders 01.png and 1.png


def _folder_images(path: pathlib.Path) -> Iterator[Image.Image]:
    files = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in IMAGES
        and not file.name.startswith(".")
        and not file.is_dir()
    ]
    if not files:
        raise video_error(path, "is a folder without images")
    for file in sorted(files, key=lambda file: natural_key(file.name)):
        image = next(image_frames(file), None)
        if image is None:
            raise video_error(file, "contains no frame")
        yield image


def _array_frames(path: pathlib.Path) -> Iterator[np.ndarray]:
    """The frames of a .npy file, uint8 [height, width] or [..., 3]."""
    with decoding(path):
        video = np.lib.format.open_memmap(path, "r")
    # [height, width, channel] is one picture, not a video of narrow frames.
    if not (video.ndim == 3 and video.shape[-1] not in CHANNELS) and not (
        video.ndim == 4 and video.shape[-1] in CHANNELS
    ):
        raise ValueError(
            f"--input={path} must have the shape [time, height, width] or "
            f"[time, height, width, 1 or 3], got {list(video.shape)}"
            f"{layout_hint(video.shape)}."
        )
    if video.size == 0:
        raise video_error(path, "contains no frame")
    if video.dtype != np.uint8:
        video = as_uint8(video, f"--input={path}")
        logging.info("%s: values in [0, 1] are scaled to 0 to 255.", path)
    # [time, height, width] or [time, height, width, 3]
    return iter(video[..., 0] if video.shape[3:] == (1,) else video)


def _fitted(
    image: Image.Image, frame_size: int | None, channels: int | None
) -> np.ndarray:
    """One frame, uint8 [height, width, channel]."""
    if channels is not None:
        image = image.convert("L" if channels == 1 else "RGB")
    if frame_size is not None:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        image = image.resize(
            (frame_size, frame_size),
            Image.Resampling.BOX,
            (left, top, left + side, top + side),
        )
    return np.atleast_3d(np.asarray(image))
