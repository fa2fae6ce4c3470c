"""Videos of the user's own, read from the files people have them in."""

import os
import pathlib
import re
from collections.abc import Iterator

import av
import numpy as np
from absl import logging
from PIL import Image
from PIL import ImageSequence

CONTAINERS = (".mp4", ".avi", ".mov", ".mkv", ".webm")
IMAGES = (".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp")
ALLOWED = (
    f"a video ({', '.join(('.gif', *CONTAINERS))}), a .npy array or a "
    f"folder of images ({', '.join(IMAGES)})"
)


def read_video(
    path: str | os.PathLike,
    frame_size: int | None = None,
    channels: int | None = None,
) -> np.ndarray:
    """Reads a video as the frames a model takes.

    Every stored frame counts once, whatever time it is shown for. The images
    of a folder are sorted by name, numbers by value (frame2 before frame10).
    Transparent pixels become black. An array in a `.npy` file is uint8, or
    floating in [0, 1], and [time, height, width] or [time, height, width,
    channel].

    Args:
        path: A file or folder.
        frame_size: Side of the frames in pixels: the largest centred square
            of each is cut out and resized with a box filter, which averages
            areas. None keeps the frames as they are.
        channels: 3 for colour, 1 for grey (ITU-R 601 luma); None keeps 1
            for arrays and images that are grey, and gives 3 for the rest.

    Returns:
        uint8 [time, height, width, channel].

    Raises:
        ValueError: The path is missing or holds no video, or its frames
            differ in size and no `frame_size` is given; the sentence names
            the flag `--input`.
    """
    path = pathlib.Path(path)
    if channels not in (None, 1, 3):
        raise ValueError(f"channels is {channels}; 1 and 3 are allowed.")
    if frame_size is not None and frame_size < 1:
        raise ValueError(f"frame_size is {frame_size}; at least 1 is needed.")
    # Frame by frame, so that a long video never lies in memory at full size.
    frames = [_fitted(image, frame_size, channels) for image in _images(path)]
    if not frames:
        raise _refusal(path, "holds no frame")
    depth = max(frame.shape[-1] for frame in frames)
    frames = [
        np.broadcast_to(frame, (*frame.shape[:2], depth)) for frame in frames
    ]
    sizes = sorted({frame.shape[:2] for frame in frames})
    if len(sizes) > 1:
        raise _refusal(
            path, f"has frames of several sizes, {sizes[0]} and {sizes[1]}"
        )
    return np.stack(frames)  # [time, height, width, channel]


def _refusal(path: pathlib.Path, finding: str) -> ValueError:
    return ValueError(f"--input={path} {finding}; give {ALLOWED}.")


def _images(path: pathlib.Path) -> Iterator[Image.Image]:
    """The frames as images of mode L (grey) or RGB."""
    suffix = path.suffix.lower()
    if path.is_dir():
        return _folder_images(path)
    if not path.exists():
        raise _refusal(path, "does not exist")
    if suffix == ".gif":
        return (image.convert("RGB") for image in _image_frames(path))
    if suffix == ".npy":
        return (Image.fromarray(frame) for frame in _array_frames(path))
    if suffix in CONTAINERS:
        return _container_images(path)
    raise _refusal(path, f"ends in {suffix!r}" if suffix else "has no ending")


def natural_key(name: str) -> list:
    """A sort key that puts `frame2` before `frame10`."""
    # Odd places hold the numbers, so like is compared with like.
    return [
        int(part) if index % 2 else part
        for index, part in enumerate(re.split(r"(\d+)", name.lower()))
    ]


def _folder_images(path: pathlib.Path) -> Iterator[Image.Image]:
    files = [
        file
        for file in path.iterdir()
        if file.suffix.lower() in IMAGES and not file.name.startswith(".")
    ]
    if not files:
        raise _refusal(path, "is a folder without images")
    for file in sorted(files, key=lambda file: natural_key(file.name)):
        yield next(_image_frames(file))


def _image_frames(path: pathlib.Path) -> Iterator[Image.Image]:
    try:
        with Image.open(path) as file:
            for image in ImageSequence.Iterator(file):
                yield _flattened(image)
    except (OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise _refusal(path, f"cannot be read ({error})") from error


def _flattened(image: Image.Image) -> Image.Image:
    """Grey or RGB, with transparent parts laid on black."""
    if image.mode.startswith("I;16"):
        # Pillow's own conversion clips 16 bits to 255.
        return Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    if image.has_transparency_data:
        black = Image.new("RGBA", image.size, "black")
        return Image.alpha_composite(black, image.convert("RGBA")).convert(
            "L" if image.mode == "LA" else "RGB"
        )
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _container_images(path: pathlib.Path) -> Iterator[Image.Image]:
    try:
        with av.open(path) as container:
            if not container.streams.video:
                raise _refusal(path, "holds no video stream")
            for frame in container.decode(video=0):
                # Phones store portrait video lying, with a turn to apply.
                yield Image.fromarray(
                    np.rot90(
                        frame.to_ndarray(format="rgb24"),
                        round(frame.rotation / 90),
                    )
                )
    except av.FFmpegError as error:
        raise _refusal(path, f"cannot be decoded ({error.strerror})") from error


def _array_frames(path: pathlib.Path) -> np.ndarray:
    """A .npy file as uint8 [time, height, width] or [..., 3]."""
    try:
        video = np.load(path, mmap_mode="r", allow_pickle=False)
    except (ValueError, OSError, EOFError) as error:
        raise _refusal(path, f"is no plain array ({error})") from error
    # [height, width, channel] is one picture, not a video of thin frames.
    if not (video.ndim == 3 and video.shape[-1] not in (1, 3)) and not (
        video.ndim == 4 and video.shape[-1] in (1, 3)
    ):
        raise ValueError(
            f"--input={path} has the shape {list(video.shape)}; [time, "
            "height, width] and [time, height, width, 1 or 3] are allowed."
        )
    if video.size == 0:
        raise _refusal(path, "holds no frame")
    if np.issubdtype(video.dtype, np.floating):
        video = _from_unit_range(path, video)
    if video.dtype != np.uint8:
        raise ValueError(
            f"--input={path} holds {video.dtype}; uint8, or floating values "
            "in [0, 1], are allowed."
        )
    return video[..., 0] if video.shape[3:] == (1,) else video


def _from_unit_range(path: pathlib.Path, video: np.ndarray) -> np.ndarray:
    # Negated, so that NaN, which fails every comparison, is refused too.
    if not (video.min() >= 0 and video.max() <= 1):
        raise ValueError(
            f"--input={path} holds {video.dtype} in [{video.min():g}, "
            f"{video.max():g}]; uint8, or floating values in [0, 1], are "
            "allowed."
        )
    logging.info("%s: %s in [0, 1] taken as 0 to 255.", path, video.dtype)
    return np.rint(np.asarray(video, np.float64) * 255).astype(np.uint8)


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
