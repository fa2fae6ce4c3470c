"""Reads the frames of video files with FFmpeg, as they are displayed."""

import os
import pathlib
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.stream import Disposition
from PIL import Image

from mipae_tf.visual.image_file import on_black
from mipae_tf.visual.video_formats import decoding
from mipae_tf.visual.video_formats import video_error

# Pictures attached to a file, such as the cover of a song.
STILL_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails
# FFmpeg's own decoders for these codecs ignore transparency.
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
MAX_PIXEL_ASPECT = 10  # larger ones come from damaged headers


def file_url(path: str | os.PathLike) -> str:
    """The URL of a file for FFmpeg.

    FFmpeg treats a plain `12:30.mp4` as a URL with the protocol 12.
    """
    return f"file:{os.fspath(path)}"


def container_frames(path: pathlib.Path) -> Iterator[Image.Image]:
    """The frames of a video as RGB images.

    Rotations and reflections in the file's metadata are applied, non-square
    pixels are resampled to square ones, and transparent parts are drawn on
    black. If there are several video streams, the default one is read.

    Raises:
        VideoError: If the file cannot be read or contains no video.
    """
    with (
        decoding(path),
        av.open(file_url(path), metadata_errors="replace") as container,
    ):
        stream = _video_stream(path, container)
        decoder = _decoder(stream)
        pixel = stream.sample_aspect_ratio or Fraction(1)
        if not 1 / MAX_PIXEL_ASPECT <= pixel <= MAX_PIXEL_ASPECT:
            raise video_error(path, f"has pixels {pixel} times as wide as high")
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                yield _upright(_square_pixels(_picture(frame), pixel), frame)


def _video_stream(
    path: pathlib.Path, container: av.container.InputContainer
) -> av.VideoStream:
    videos = [
        s for s in container.streams.video if not s.disposition & STILL_PICTURES
    ]
    if not videos:
        raise video_error(path, "contains no video stream")
    best = container.streams.best("video")
    if best in videos:
        return best
    return max(videos, key=lambda s: bool(s.disposition & Disposition.default))


def _decoder(stream: av.VideoStream) -> av.VideoCodecContext:
    name = ALPHA_DECODERS.get(stream.codec_context.name)
    if name and stream.metadata.get("alpha_mode") == "1":
        return av.CodecContext.create(name, "r")
    return stream.codec_context


def _picture(frame: av.VideoFrame) -> Image.Image:
    alpha = frame.format.has_palette or any(
        component.is_alpha for component in frame.format.components
    )
    pixels = frame.to_ndarray(format="rgba" if alpha else "rgb24")
    return on_black(Image.fromarray(pixels))


def _square_pixels(image: Image.Image, pixel: Fraction) -> Image.Image:
    """Resamples to square pixels by enlarging, so that no detail is lost."""
    if pixel == 1:
        return image
    width = round(image.width * max(pixel, 1))
    height = round(image.height / min(pixel, 1))
    return image.resize((width, height), Image.Resampling.BILINEAR)


def _upright(image: Image.Image, frame: av.VideoFrame) -> Image.Image:
    """Applies the display matrix of a frame, rounded to quarter turns.

    A pixel at (x, y) is shown at (a x + c y, b x + d y), with y downwards.
    """
    matrix = frame.side_data.get(SideData.DISPLAYMATRIX)
    if matrix is None:
        return image
    a, b, _, c, d = np.frombuffer(matrix, np.int32).astype(int).tolist()[:5]
    if abs(b) + abs(c) > abs(a) + abs(d):
        image = image.transpose(Image.Transpose.TRANSPOSE)
        a, d = c, b
    if a < 0:
        image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    if d < 0:
        image = image.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    return image
