import pathlib

import numpy as np
import pytest
from mipae_tf.data_builders.recorded.read_video import read_video
from PIL import Image
from video_cases import PICTURE
from video_cases import apart

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)
# What a camera notes, and how the picture as stored has to be turned.
ORIENTATIONS = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.swapaxes(0, 1),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: stored[::-1, ::-1].swapaxes(0, 1),
    8: lambda stored: np.rot90(stored, 1),
}


@pytest.mark.parametrize("ending", ["jpg", "png", "tif", "webp"])
@pytest.mark.parametrize("orientation", ORIENTATIONS)
def test_photographs_are_upright(tmp_path, ending, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    given = {"quality": 100} if ending in ("jpg", "webp") else {}
    Image.fromarray(PICTURE).save(tmp_path / f"1.{ending}", exif=exif, **given)
    expected = ORIENTATIONS[orientation](PICTURE)
    assert apart(read_video(tmp_path)[0], expected) < 8


def folder_of(tmp_path, image, ending="tif", **given):
    image.save(tmp_path / f"1.{ending}", **given)
    return tmp_path


@pytest.mark.parametrize(
    "image",
    [
        Image.fromarray(RAMP),
        Image.fromarray((RAMP / 255).astype(np.float32)),
        Image.fromarray(RAMP.astype(np.uint16) << 8 | RAMP),
        Image.fromarray(RAMP).convert("P"),
        Image.fromarray(RAMP).convert("LA"),
    ],
    ids=lambda image: image.mode,
)
def test_grey_of_every_mode_keeps_its_levels(tmp_path, image):
    video = read_video(folder_of(tmp_path, image))
    np.testing.assert_array_equal(video[0, ..., 0], RAMP)


@pytest.mark.parametrize("ending", ["png", "tif"])
def test_sixteen_bits_of_a_png_and_one_bit_are_scaled(tmp_path, ending):
    deep = Image.fromarray(np.full((4, 4), 0x8034, np.uint16))
    deep.save(tmp_path / f"1.{ending}")
    Image.new("1", (4, 4), 1).save(tmp_path / f"2.{ending}")
    assert read_video(tmp_path)[:, 0, 0, 0].tolist() == [128, 255]


@pytest.mark.parametrize("mode", ["RGB", "RGBX", "CMYK", "RGBA"])
def test_colours_of_every_mode_are_kept(tmp_path, mode):
    image = Image.fromarray(PICTURE).convert(mode)
    assert apart(read_video(folder_of(tmp_path, image))[0], PICTURE) < 2


def with_alpha(mode):
    """Grey 200, whose right half is transparent."""
    alpha = Image.new("L", (8, 8), 255)
    alpha.paste(0, (4, 0, 8, 8))
    image = Image.new("LA", (8, 8), (200, 255))
    image.putalpha(alpha)
    if mode == "P":
        flat = Image.new("P", (8, 8), 1)
        flat.putpalette([9, 9, 9, 200, 200, 200])
        flat.paste(0, (4, 0, 8, 8))
        return flat
    return image.convert(mode)


@pytest.mark.parametrize(
    "mode, ending, given",
    [
        ("LA", "png", {}),
        ("RGBA", "png", {}),
        ("RGBA", "tif", {}),
        ("RGBA", "webp", {"lossless": True}),
        ("P", "png", {"transparency": 0}),
        ("P", "png", {"transparency": b"\0\xff"}),
    ],
)
def test_transparent_is_black(tmp_path, mode, ending, given):
    folder = folder_of(tmp_path, with_alpha(mode), ending, **given)
    video = read_video(folder, channels=1)
    assert (video[0, :, :4] == 200).all() and (video[0, :, 4:] == 0).all()


def test_a_transparent_grey_level_is_black(tmp_path):
    for name, kind, shown, hidden in (
        ("8.png", np.uint8, 200, 90),
        ("16.png", np.uint16, 200 << 8, 90 << 8),
    ):
        values = np.full((4, 4), shown, kind)
        values[:, 2:] = hidden
        image = Image.fromarray(values)
        image.save(tmp_path / name, transparency=hidden)
    video = read_video(tmp_path, channels=1)
    assert (video[..., :2, 0] == 200).all() and (video[..., 2:, 0] == 0).all()


@pytest.mark.parametrize(
    "values, message",
    [
        (np.full((4, 4), 200, np.float32), r"float32 in \[200, 200\]; uint8"),
        (np.full((4, 4), np.nan, np.float32), r"in \[nan, nan\]"),
        (np.full((4, 4), 200, np.int32), "32-bit integer pixels"),
    ],
)
def test_values_of_unknown_range_are_refused(tmp_path, values, message):
    folder = folder_of(tmp_path, Image.fromarray(values))
    with pytest.raises(ValueError, match=message) as caught:
        read_video(folder)
    assert str(caught.value).startswith(str(folder))


@pytest.mark.parametrize("name", ["a.gif", "a.WEBP", "a.apng", "a.tiff"])
def test_animations_are_read(tmp_path, name):
    frames = [
        Image.fromarray(np.roll(PICTURE, 5 * time, axis=1)) for time in range(4)
    ]
    exif = {"format": "PNG"} if name.endswith("apng") else {}
    lossless = {"lossless": True} if name.endswith("WEBP") else {}
    frames[0].save(
        tmp_path / name,
        save_all=True,
        append_images=frames[1:],
        **exif,
        **lossless,
    )
    video = read_video(tmp_path / name)
    for frame, expected in zip(video, frames, strict=True):
        np.testing.assert_array_equal(frame, np.asarray(expected))


def disposing_gif(path):
    """Red; a blue patch restored to before; a green patch cleared."""
    pictures = [Image.new("RGB", (8, 8), "red")]
    for colour, corner in (("blue", 0), ("lime", 4), ("blue", 4)):
        patch = Image.new("RGBA", (8, 8), (0, 0, 0, 0))
        patch.paste(Image.new("RGBA", (4, 4), colour), (corner, corner))
        pictures.append(patch)
    pictures[0].save(
        path,
        save_all=True,
        append_images=pictures[1:],
        disposal=[1, 3, 2, 0],
        optimize=False,
    )
    return path


def test_gif_disposal_methods(tmp_path):
    video = read_video(disposing_gif(tmp_path / "a.gif"))
    red, green, blue, black = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)
    # Places 1, 1 and 6, 6 of each frame.
    seen = [tuple(map(tuple, frame[[1, 6], [1, 6]])) for frame in video]
    assert seen == [(red, red), (blue, red), (red, green), (black, blue)]


def test_files_that_are_not_frames_are_ignored(tmp_path):
    for number in (2, 10):
        Image.new("L", (4, 4), number).save(tmp_path / f"frame{number}.PNG")
    (tmp_path / "sub.png").mkdir()
    Image.new("L", (4, 4), 99).save(tmp_path / "sub.png" / "1.png")
    for name in ("Thumbs.db", "._frame2.png", ".hidden.jpg", "notes.txt"):
        (tmp_path / name).write_bytes(b"no frame")
    assert read_video(tmp_path)[:, 0, 0, 0].tolist() == [2, 10]


def test_a_broken_link_to_a_frame_is_refused(tmp_path):
    Image.new("L", (4, 4)).save(tmp_path / "1.png")
    (tmp_path / "2.png").symlink_to(tmp_path / "gone.png")
    with pytest.raises(ValueError, match=r"2\.png cannot be read"):
        read_video(tmp_path)


def test_equal_numbers_are_ordered_by_name(tmp_path, monkeypatch):
    for grey, name in enumerate(("1.png", "01.png", "001.png"), start=1):
        Image.new("L", (4, 4), grey).save(tmp_path / name)
    listed = sorted(tmp_path.iterdir())
    for order in (listed, listed[::-1]):
        monkeypatch.setattr(pathlib.Path, "iterdir", lambda _, o=order: iter(o))
        assert read_video(tmp_path)[:, 0, 0, 0].tolist() == [3, 2, 1]
