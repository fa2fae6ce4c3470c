import itertools
import os
from fractions import Fraction

import av
import numpy as np
import pytest
from av.stream import Disposition
from mipae_tf.data_builders.recorded import container_file
from mipae_tf.data_builders.recorded.read_video import read_video
from video_cases import PICTURE
from video_cases import apart
from video_cases import write_video

from mipae_tf.visual.animation import write_mp4


@pytest.mark.parametrize(
    "turns, flip", itertools.product(range(4), (False, True))
)
def test_rotated_and_mirrored_video_is_upright(tmp_path, turns, flip):
    path = write_video(
        tmp_path / "a.mov",
        prepare=lambda stream: stream.set_display_rotation(90 * turns, flip),
    )
    expected = np.rot90(PICTURE, turns)
    if flip:
        expected = expected[:, ::-1]
    for frame in read_video(path):
        assert apart(frame, expected) < 2


def test_an_invalid_display_matrix_is_ignored(tmp_path):
    path = write_video(
        tmp_path / "a.mov",
        prepare=lambda stream: stream.set_display_matrix([0] * 9),
    )
    assert apart(read_video(path)[0], PICTURE) < 2


@pytest.mark.parametrize(
    "pixel, width, height",
    [(Fraction(2), 96, 24), (Fraction(1, 2), 48, 48), (Fraction(4, 3), 64, 24)],
)
def test_non_square_pixels_are_resampled(tmp_path, pixel, width, height):
    def widen(stream):
        stream.codec_context.sample_aspect_ratio = pixel

    path = write_video(tmp_path / "a.mp4", prepare=widen)
    frame = read_video(path)[0]
    assert frame.shape == (height, width, 3)
    # The middle of each quadrant keeps its colour.
    middles = [height // 4, 3 * height // 4], [width // 4, 3 * width // 4]
    assert apart(frame[np.ix_(*middles)], PICTURE[6::12, 12::24]) < 4


def test_rotation_is_applied_after_the_pixel_aspect(tmp_path):
    def prepare(stream):
        stream.codec_context.sample_aspect_ratio = Fraction(2)
        stream.set_display_rotation(90)

    path = write_video(tmp_path / "a.mp4", prepare=prepare)
    assert read_video(path).shape == (2, 96, 24, 3)


@pytest.mark.parametrize(
    "name, codec, pixels",
    [
        ("a.mov", "png", "rgba"),
        ("a.mov", "qtrle", "argb"),
        ("a.mov", "prores_ks", "yuva444p10le"),
        ("a.webm", "libvpx-vp9", "yuva420p"),
        ("a.webm", "libvpx", "yuva420p"),
        ("a.mkv", "ffv1", "bgra"),
    ],
)
def test_transparent_parts_of_a_video_are_black(tmp_path, name, codec, pixels):
    if codec not in av.codecs_available:
        pytest.skip(f"PyAV was built without {codec}")
    alpha = np.full(PICTURE.shape[:2], 255, np.uint8)
    alpha[:, 24:] = 0
    alpha[12:, :24] = 128
    frame = np.dstack([PICTURE, alpha])
    options = {"auto-alt-ref": "0"} if codec == "libvpx" else {}
    path = write_video(tmp_path / name, codec, pixels, frame, options=options)
    expected = PICTURE * (alpha[..., None] / 255)
    video = read_video(path)
    assert len(video) == 2
    assert apart(video[0], expected) < 6
    assert video[:, :, 30:].max() < 12


def test_the_default_video_stream_is_read(tmp_path):
    for default in (0, 1):
        path = tmp_path / f"{default}.mp4"
        with av.open(str(path), "w") as container:
            for index in range(2):
                stream = container.add_stream("libx264", 10)
                stream.width = stream.height = 32 + 16 * index
                stream.pix_fmt = "yuv420p"
                stream.disposition = Disposition.default * (index == default)
            for stream in container.streams.video:
                side = stream.height
                grey = np.full((side, side, 3), 90, np.uint8)
                picture = av.VideoFrame.from_ndarray(grey, format="rgb24")
                container.mux(stream.encode(picture))
                container.mux(stream.encode())
        assert read_video(path).shape[1] == 32 + 16 * default


def write_song(path):
    """A file of sound with a picture attached to it."""
    with av.open(str(path), "w") as container:
        sound = container.add_stream("aac", 8000)
        cover = container.add_stream("png", 1)
        cover.width, cover.height, cover.pix_fmt = 48, 24, "rgb24"
        cover.disposition = Disposition.attached_pic
        silence = np.zeros((1, 2048), np.float32)
        frame = av.AudioFrame.from_ndarray(silence, "fltp", "mono")
        frame.sample_rate = 8000
        container.mux(sound.encode(frame))
        container.mux(sound.encode())
        picture = av.VideoFrame.from_ndarray(PICTURE, format="rgb24")
        container.mux(cover.encode(picture))


def test_the_cover_of_a_song_is_not_a_video(tmp_path):
    write_song(tmp_path / "song.mp4")
    with av.open(str(tmp_path / "song.mp4")) as container:
        assert len(container.streams.video) == 1
    with pytest.raises(ValueError, match=r"song\.mp4 contains no video stream"):
        read_video(tmp_path / "song.mp4")


@pytest.mark.parametrize(
    "name, codec",
    [
        ("A.MP4", "libx264"),
        ("a.m4v", "libx264"),
        ("a.MOV", "libx264"),
        ("a.mkv", "libx264"),
        ("a.avi", "mpeg4"),
        ("a.webm", "libvpx-vp9"),
        ("a.mpg", "mpeg2video"),
        ("a.MPEG", "mpeg1video"),
    ],
)
def test_every_container_is_read(tmp_path, name, codec):
    path = write_video(tmp_path / name, codec, "yuv420p")
    frame = read_video(path)[0]
    assert apart(frame, PICTURE) < 25  # colours are blurred at the borders


# What FFmpeg would take for a protocol, a list of files or a device.
NAMES = (
    "12:30.mp4",
    "http:x.mp4",
    "file:a.mp4",
    "pipe:1.mp4",
    "concat:a.mp4|b.mp4",
    "-.mp4",
    "%03d.mp4",
    "a?b=1#c.mp4",
)


@pytest.mark.parametrize("name", NAMES)
def test_paths_are_not_urls(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    frames = np.repeat(PICTURE[None], 2, axis=0)
    write_mp4(name, frames)
    assert os.listdir(tmp_path) == [name]
    assert read_video(name).shape == frames.shape
    folder = "ftp:folder"
    write_mp4(f"{folder}/{name}", frames)
    assert read_video(f"{folder}/{name}").shape == frames.shape


def test_a_name_that_is_not_utf8_is_read(tmp_path):
    path = os.fsdecode(os.fsencode(tmp_path) + b"/a\xff.mp4")
    write_mp4(path, np.repeat(PICTURE[None], 2, axis=0))
    assert read_video(path).shape == (2, 24, 48, 3)


def test_a_title_that_is_not_utf8_is_ignored(tmp_path):
    def prepare(stream):
        stream.metadata["handler_name"] = "MARK"

    path = write_video(tmp_path / "a.mp4", prepare=prepare)
    data = path.read_bytes()
    assert b"MARK" in data
    path.write_bytes(data.replace(b"MARK", b"\xff\xfe\xfd\xfc"))
    assert len(read_video(path)) == 2


def test_an_extreme_pixel_aspect_is_refused(tmp_path, monkeypatch):
    def widen(stream):
        stream.codec_context.sample_aspect_ratio = Fraction(3)

    path = write_video(tmp_path / "a.mp4", prepare=widen)
    monkeypatch.setattr(container_file, "MAX_PIXEL_ASPECT", 2)
    with pytest.raises(ValueError, match="has pixels 3 times as wide as high"):
        read_video(path)
