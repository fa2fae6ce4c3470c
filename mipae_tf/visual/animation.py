"""Frames to GIF and MP4."""

import fractions
import itertools
import os
import pathlib
import struct
from collections.abc import Iterable
from collections.abc import Iterator

import av
import numpy as np
from PIL import GifImagePlugin
from PIL import Image
from scipy.spatial import KDTree

from mipae_tf.data_builders.recorded.container_file import file_url
from mipae_tf.files import write_atomically
from mipae_tf.files import write_file
from mipae_tf.visual.canvas import as_rgb

AXES = ("time", "height", "width")
PALETTE_SIZE = 256

# Browsers slow down GIF frames with a shorter delay than this.
MIN_CENTISECONDS = 2

MAX_PALETTE_PIXELS = 100_000  # used to choose a palette; k-means is slow

LOOP_FOREVER = b"!\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00"


def encode_gif(frames: np.ndarray, fps: float = 10) -> bytes:
    """Encodes frames as a GIF that loops forever.

    Colours are exact if the animation, or the changed region of each frame, has
    at most 256 colours. Otherwise one palette is chosen for all frames, without
    dithering, so that static regions do not flicker. Every frame is kept, even
    if it equals the previous one (Pillow's GIF writer merges such frames).

    Args:
        frames: uint8 [time, height, width, 1 or 3].
        fps: Frames per second, at most 50: the format stores delays in
            hundredths of a second, with a minimum of 2.

    Raises:
        ValueError: If the type or shape is wrong, or `fps` is not positive.
    """
    frames = as_rgb(frames, "frames", AXES)
    _check_fps(fps)
    hold = max(MIN_CENTISECONDS, round(100 / fps))
    codes = _colour_codes(frames)
    places = _changed(codes)
    regions = [code[place] for code, place in zip(codes, places, strict=True)]
    images = _exact_images(regions) or _approximate_images(regions)
    height, width = codes.shape[1:]
    # 0xF7: a palette of 256 colours follows the header.
    stream = [
        b"GIF89a" + struct.pack("<HHBBB", width, height, 0xF7, 0, 0),
        _palette_bytes(images[0]),
        LOOP_FOREVER,
    ]
    for image, (rows, columns) in zip(images, places, strict=True):
        stream += GifImagePlugin.getdata(
            image,
            (columns.start, rows.start),
            duration=hold * 10,
            include_color_table=(
                _palette_bytes(image) != _palette_bytes(images[0])
            ),
        )
    return b"".join(stream) + b";"


def _check_fps(fps: float) -> None:
    if not 0 < fps < float("inf"):
        raise ValueError(f"fps must be a finite number above 0, got {fps}.")


def _palette_bytes(image: Image.Image) -> bytes:
    return bytes(image.getpalette()).ljust(3 * PALETTE_SIZE, b"\0")


def _colour_codes(frames: np.ndarray) -> np.ndarray:
    """Encodes colours, uint8 [..., 3], as single numbers, int32 [...]."""
    red, green, blue = np.moveaxis(frames.astype(np.int32), -1, 0)
    return red << 16 | green << 8 | blue


def _channels(codes: np.ndarray) -> np.ndarray:
    """The inverse of `_colour_codes`."""
    return np.stack(
        [codes >> 16, codes >> 8 & 255, codes & 255], axis=-1
    ).astype(np.uint8)


def _changed(codes: np.ndarray) -> list[tuple[slice, slice]]:
    """The bounding box of what changes from one frame to the next."""
    places = [(slice(0, codes.shape[1]), slice(0, codes.shape[2]))]
    for before, now in zip(codes[:-1], codes[1:], strict=True):
        differs = before != now
        rows = np.flatnonzero(differs.any(axis=1))
        columns = np.flatnonzero(differs.any(axis=0))
        # A frame without changes still needs one pixel in the file.
        places.append(
            tuple(
                slice(which[0], which[-1] + 1) if which.size else slice(0, 1)
                for which in (rows, columns)
            )
        )
    return places


def _exact_images(regions: list[np.ndarray]) -> list[Image.Image] | None:
    """Images with a shared or own palette; None if 256 are not enough."""
    seen = np.zeros(1 << 24, bool)
    for region in regions:
        seen[region] = True
    shared = np.flatnonzero(seen)
    palettes = [shared] * len(regions)
    if len(shared) > PALETTE_SIZE:
        palettes = [np.unique(region) for region in regions]
    if max(len(palette) for palette in palettes) > PALETTE_SIZE:
        return None
    return [
        _indexed(np.searchsorted(palette, region), palette)
        for region, palette in zip(regions, palettes, strict=True)
    ]


def _indexed(indices: np.ndarray, palette: np.ndarray) -> Image.Image:
    image = Image.fromarray(indices.astype(np.uint8)).convert("P")
    # Without padding, Pillow would renumber the colours of a short palette.
    image.putpalette(
        _channels(palette).tobytes().ljust(3 * PALETTE_SIZE, b"\0")
    )
    return image


def _approximate_images(regions: list[np.ndarray]) -> list[Image.Image]:
    """Images with 256 colours chosen for the whole animation."""
    pixels = np.concatenate([region.ravel() for region in regions])
    codes, counts = np.unique(pixels, return_counts=True)
    # For slightly more than 256 colours, as in grey video with coloured marks,
    # the most frequent ones are best; for many colours, median cut is.
    candidates = (
        codes[np.argsort(counts)[-PALETTE_SIZE:]],
        _median_cut(pixels),
    )
    least = np.inf
    for candidate in candidates:
        # Pillow's own mapping ignores differences below 4 levels.
        tree = KDTree(_channels(candidate))
        distance, index = tree.query(_channels(codes))
        error = np.dot(counts, distance**2)
        if error < least:
            least, palette, nearest = error, candidate, index
    return [
        _indexed(nearest[np.searchsorted(codes, region)], palette)
        for region in regions
    ]


def _median_cut(pixels: np.ndarray) -> np.ndarray:
    """A palette for the pixels, both as colour numbers."""
    some = pixels[:: 1 + len(pixels) // MAX_PALETTE_PIXELS]
    image = Image.fromarray(_channels(some)[None])
    chosen = image.quantize(PALETTE_SIZE, Image.Quantize.MEDIANCUT, kmeans=1)
    colours = np.array(chosen.getpalette(), np.uint8).reshape(-1, 3)
    return _colour_codes(colours)


def write_gif(
    path: str | os.PathLike, frames: np.ndarray, fps: float = 10
) -> None:
    """Writes `encode_gif(frames, fps)` atomically."""
    write_file(path, encode_gif(frames, fps))


def write_mp4(
    path: str | os.PathLike,
    frames: np.ndarray | Iterator[np.ndarray],
    fps: float = 10,
) -> None:
    """Writes frames as an MP4 that browsers can play, atomically.

    The codec is H.264, or MPEG-4 if PyAV was built without x264; both are
    lossy. Colour is stored at half the resolution, which needs even sizes: for
    an odd size, the last row or column is repeated.

    Args:
        path: File to write, ending in `.mp4`; never a URL.
        frames: uint8 [time, height, width, 1 or 3], or an iterator of pieces
            of it; each piece is encoded before the next is requested.
        fps: Frames per second.

    Raises:
        ValueError: If the type or shape is wrong, the path does not end in
            `.mp4`, or `fps` is not positive.
    """
    _check_fps(fps)
    if pathlib.Path(path).suffix.lower() != ".mp4":
        raise ValueError(f"path must end in .mp4, got {os.fspath(path)!r}.")
    pieces = frames if isinstance(frames, Iterator) else [frames]
    write_atomically(path, lambda part: _encode_mp4(part, pieces, fps))


def _of_even_size(frames: np.ndarray) -> np.ndarray:
    frames = as_rgb(frames, "frames", AXES)
    height, width = frames.shape[1:3]
    return np.pad(
        frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), "edge"
    )


def _encode_mp4(
    path: pathlib.Path, pieces: Iterable[np.ndarray], fps: float
) -> None:
    rate = fractions.Fraction(fps).limit_denominator(1000)
    frames = itertools.chain.from_iterable(map(_of_even_size, pieces))
    first = next(frames, None)
    if first is None:
        raise ValueError("frames must contain at least one piece, got none.")
    options = {"movflags": "faststart"}
    with av.open(file_url(path), "w", "mp4", options=options) as container:
        if "libx264" in av.codecs_available:
            stream = container.add_stream(
                "libx264", rate, options={"crf": "16"}
            )
        else:
            stream = container.add_stream("mpeg4", rate, bit_rate=8_000_000)
        stream.height, stream.width = first.shape[:2]
        stream.pix_fmt = "yuv420p"
        # With several threads, the result depends on the number of cores.
        stream.thread_count = 1
        for frame in itertools.chain([first], frames):
            picture = av.VideoFrame.from_ndarray(
                np.ascontiguousarray(frame), format="rgb24"
            )
            container.mux(stream.encode(picture))
        container.mux(stream.encode())
