"""Reads the frames of video files with FFmpeg, as they are displayed."""

import os
import pathlib
from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.sidedata.sidedata import Type as SideData
from av.stream import Disposition
from av.video.reformatter import VideoReformatter
from mipae_tf.data_builders.recorded.image_file import on_black
from mipae_tf.data_builders.recorded.video_formats import VideoError
from mipae_tf.data_builders.recorded.video_formats import VideoFrame
from mipae_tf.data_builders.recorded.video_formats import decoding
from PIL import Image

# Pictures attached to a file, such as the cover of a song.
STILL_PICTURES = Disposition.attached_pic | Disposition.timed_thumbnails
# FFmpeg's own decoders for these codecs ignore transparency.
ALPHA_DECODERS = {"vp8": "libvpx", "vp9": "libvpx-vp9"}
MAX_PIXEL_ASPECT = 10  # larger ones come from damaged headers
# Frames per second. Larger ones are the resolution of the times of files that
# do not store their rate.
MAX_RATE = 480
DEFAULT_RATE = 25


def file_url(path: str | os.PathLike) -> str:
    """The URL of a file for FFmpeg.

    FFmpeg treats a plain `12:30.mp4` as a URL with the protocol 12.
    """
    return f"file:{os.fspath(path)}"


def container_frames(path: pathlib.Path) -> Iterator[VideoFrame]:
    """The frames of a video as RGB images with their display times.

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
            raise VideoError(path, f"has pixels {pixel} times as wide as high")
        # One for the whole file: its creation takes longer than its use.
        converter = VideoReformatter()
        clock = _Clock(_declared_rate(stream))
        for packet in container.demux(stream):
            for frame in decoder.decode(packet):
                image = _square_pixels(_picture(frame, converter), pixel)
                yield VideoFrame(_upright(image, frame), clock.time(frame))


def read_rate(path: pathlib.Path) -> float | None:
    """Average number of frames per second, or None if it is unknown.

    Raises:
        VideoError: If the file cannot be read or contains no video.
    """
    with (
        decoding(path),
        av.open(file_url(path), metadata_errors="replace") as container,
    ):
        stream = _video_stream(path, container)
        return _declared_rate(stream) or _measured_rate(container, stream)


def _declared_rate(stream: av.VideoStream) -> float | None:
    """Frames per second in the header; None if missing or implausible."""
    rate = float(stream.average_rate or 0)
    return rate if 0 < rate <= MAX_RATE else None


def _measured_rate(
    container: av.container.InputContainer, stream: av.VideoStream
) -> float | None:
    """Frames per second of the packets, which are not decoded."""
    times = [
        packet.pts
        for packet in container.demux(stream)
        if packet.pts is not None
    ]
    if len(times) < 2 or max(times) == min(times):
        return None
    seconds = (max(times) - min(times)) * stream.time_base
    return float((len(times) - 1) / seconds)


class _Clock:
    """Display times in seconds that start at 0 and never decrease.

    Args:
        rate: frames per second, for frames without a time.
    """

    def __init__(self, rate: float | None) -> None:
        self._step = 1 / (rate or DEFAULT_RATE)
        self._first: float | None = None
        self._last = -self._step

    def time(self, frame: av.VideoFrame) -> float:
        """The time of the next frame."""
        stored = frame.time
        if stored is None:
            stored = self._last + self._step + (self._first or 0)
        if self._first is None:
            self._first = stored
        self._last = max(self._last, stored - self._first)
        return self._last


def _video_stream(
    path: pathlib.Path, container: av.container.InputContainer
) -> av.VideoStream:
    videos = [
        s for s in container.streams.video if not s.disposition & STILL_PICTURES
    ]
    if not videos:
        raise VideoError(path, "contains no video stream")
    best = container.streams.best("video")
    if best in videos:
        return best
    return max(videos, key=lambda s: bool(s.disposition & Disposition.default))


def _decoder(stream: av.VideoStream) -> av.VideoCodecContext:
    name = ALPHA_DECODERS.get(stream.codec_context.name)
    if name and stream.metadata.get("alpha_mode") == "1":
        return av.CodecContext.create(name, "r")
    return stream.codec_context


def _picture(frame: av.VideoFrame, converter: VideoReformatter) -> Image.Image:
    alpha = frame.format.has_palette or any(
        component.is_alpha for component in frame.format.components
    )
    kind = "rgba" if alpha else "rgb24"
    pixels = converter.reformat(frame, format=kind).to_ndarray()
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
