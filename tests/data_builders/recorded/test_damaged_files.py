"""Truncated and randomly changed files are read, or refused clearly."""

import numpy as np
import pytest
from mipae_tf.data_builders.recorded.read_video import read_video
from PIL import Image
from video_cases import PICTURE
from video_cases import write_video


def save_animation(path, **given):
    frames = []
    for time in range(3):
        frame = Image.fromarray(np.roll(PICTURE, 6 * time, axis=1))
        frame.putalpha(Image.new("L", frame.size, 255))
        frame.paste((0, 0, 0, 0), (0, 0, 9, 9))
        frames.append(frame)
    frames[0].save(path, save_all=True, append_images=frames[1:], **given)


def save_picture(path, **given):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(PICTURE).save(path, exif=exif, **given)


# File name, and the function that writes it.
MAKERS = {
    "a.gif": lambda path: save_animation(path, disposal=2),
    "a.webp": save_animation,
    "a.apng": lambda path: save_animation(path, format="PNG"),
    "still.png": save_picture,
    "still.jpg": save_picture,
    "still.bmp": lambda path: Image.fromarray(PICTURE).save(path),
    "a.mp4": lambda path: write_video(path, pixels="yuv420p", count=4),
    "a.mov": lambda path: write_video(path, "png", "rgb24"),
    "a.webm": lambda path: write_video(path, "libvpx-vp9", "yuv420p"),
    "a.npy": lambda path: np.save(
        path, (PICTURE / 255).astype(np.float32)[None]
    ),
}


def damaged(data, draw):
    """A variant of a file: cut short, changed in places, or with a gap."""
    data, kind = bytearray(data), draw.integers(4)
    if kind == 0:
        return data[: draw.integers(len(data))]
    if kind == 1:
        start = draw.integers(len(data))
        del data[start : start + draw.integers(1, 40)]
        return data
    # Headers are short, but cause most errors.
    end = len(data) if kind == 2 else min(len(data), 200)
    for place in draw.integers(0, end, draw.integers(1, 8)):
        data[place] = draw.integers(256)
    return data


def damage_and_read(tmp_path, name, seed, variants):
    path = tmp_path / name
    MAKERS[name](path)
    source = tmp_path if name.startswith("still") else path
    read_video(source, frame_size=8)
    sound, draw, refused = path.read_bytes(), np.random.default_rng(seed), 0
    for variant in range(variants):
        path.write_bytes(damaged(sound, draw))
        try:
            read_video(source, frame_size=8)
        except ValueError as error:
            said, refused = str(error), refused + 1
            assert said.startswith(f"{tmp_path}"), variant
            assert said.endswith(".") and "\n" not in said, variant
    assert refused > variants / 10


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MAKERS)
def test_a_damaged_file_is_read_or_refused(tmp_path, name):
    damage_and_read(tmp_path, name, seed=0, variants=40)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MAKERS)
def test_many_more_damaged_files_are_read_or_refused(tmp_path, name):
    damage_and_read(tmp_path, name, seed=1, variants=300)


@pytest.mark.parametrize("name", MAKERS)
def test_an_empty_file_cannot_be_read(tmp_path, name):
    (tmp_path / name).touch()
    source = tmp_path if name.startswith("still") else tmp_path / name
    with pytest.raises(ValueError, match=f"{name} cannot be read .*; give"):
        read_video(source)
