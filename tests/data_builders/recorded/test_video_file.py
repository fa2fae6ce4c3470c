import math

import numpy as np
import pytest
from mipae_tf.data_builders.recorded.read_video import read_video
from mipae_tf.data_builders.recorded.video_file import natural_key
from PIL import Image

from mipae_tf.visual.animation import write_gif

RNG = np.random.default_rng(0)


def clip(*shape):
    return RNG.integers(0, 256, shape, dtype=np.uint8)


def save(path, array):
    np.save(path, array)
    return path


def test_natural_order():
    names = ["frame10.png", "Frame2.png", "frame1b.png", "frame1a.png", "7"]
    assert sorted(names, key=natural_key) == [
        "7",
        "frame1a.png",
        "frame1b.png",
        "Frame2.png",
        "frame10.png",
    ]


def test_folder_is_read_in_natural_order(tmp_path):
    for number in (10, 2, 1):
        Image.new("L", (6, 4), number).save(tmp_path / f"frame{number}.png")
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / ".frame0.png").write_text("left by a file manager")
    video = read_video(tmp_path)
    assert video.shape == (3, 4, 6, 1) and video.dtype == np.uint8
    assert video[:, 0, 0, 0].tolist() == [1, 2, 10]


def test_one_colour_image_makes_the_video_colour(tmp_path):
    Image.new("L", (4, 4), 9).save(tmp_path / "1.png")
    Image.new("RGB", (4, 4), (1, 2, 3)).save(tmp_path / "2.png")
    assert read_video(tmp_path)[:, 0, 0].tolist() == [[9, 9, 9], [1, 2, 3]]


def test_transparent_is_black_and_sixteen_bits_are_scaled(tmp_path):
    Image.new("RGBA", (4, 4), (200, 100, 50, 0)).save(tmp_path / "1.png")
    deep = np.full((4, 4), 0x8000, np.uint16)
    Image.fromarray(deep).save(tmp_path / "2.png")
    assert read_video(tmp_path, channels=1)[:, 0, 0, 0].tolist() == [0, 128]


def test_gif_is_read_exactly(tmp_path):
    frames = clip(5, 8, 9, 1)
    write_gif(tmp_path / "a.GIF", frames)
    video = read_video(tmp_path / "a.GIF")
    np.testing.assert_array_equal(video, frames.repeat(3, -1))
    video = read_video(tmp_path / "a.GIF", channels=1)
    np.testing.assert_array_equal(video, frames)


@pytest.mark.parametrize("shape", [(3, 8, 9), (3, 8, 9, 1), (3, 8, 9, 3)])
def test_array_is_read_exactly(tmp_path, shape):
    frames = clip(*shape)
    video = read_video(save(tmp_path / "a.npy", frames))
    assert video.shape == (*shape, 1)[:4]
    np.testing.assert_array_equal(video.reshape(shape), frames)


def test_resizing_averages_areas_of_the_centred_square(tmp_path):
    frames = clip(2, 8, 12, 1)
    video = read_video(save(tmp_path / "a.npy", frames), frame_size=4)
    # [time, 4, 2, 4, 2]
    blocks = frames[:, :, 2:10, 0].reshape(2, 4, 2, 4, 2)
    expected = blocks.mean(axis=(2, 4))[..., None]
    assert video.shape == (2, 4, 4, 1)
    assert np.abs(video - expected).max() <= 1


def test_channels_are_converted(tmp_path):
    red = np.zeros((2, 4, 4, 3), np.uint8)
    red[..., 0] = 255
    path = save(tmp_path / "red.npy", red)
    assert (read_video(path, channels=1) == 76).all()  # 0.299 of 255
    path = save(tmp_path / "grey.npy", red[..., 0])
    assert read_video(path, channels=3).shape == (2, 4, 4, 3)


def test_sizes_may_differ_only_with_frame_size(tmp_path):
    Image.new("L", (8, 8)).save(tmp_path / "1.png")
    Image.new("L", (8, 6)).save(tmp_path / "2.png")
    with pytest.raises(ValueError, match="several sizes"):
        read_video(tmp_path)
    assert read_video(tmp_path, frame_size=4).shape == (2, 4, 4, 1)


@pytest.mark.parametrize("kind", ["float16", "float32", ">f4", "float64"])
def test_floats_of_every_width_are_scaled(tmp_path, kind):
    frames = clip(3, 8, 8)
    path = save(tmp_path / "a.npy", (frames / 255).astype(kind))
    np.testing.assert_array_equal(read_video(path)[..., 0], frames)


def test_the_home_folder_is_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    frames = clip(3, 8, 8)
    save(tmp_path / "a.npy", frames)
    np.testing.assert_array_equal(read_video("~/a.npy")[..., 0], frames)
    Image.new("L", (6, 4)).save(tmp_path / "1.png")
    assert read_video("~").shape == (1, 4, 6, 1)


def test_real_video(real_data):
    path = real_data / "kth" / "person15_running_d1_uncomp.avi"
    video = read_video(path, frame_size=64, channels=1)
    assert video.shape == (325, 64, 64, 1)
    assert 40 < video.mean() < 220


def text_file(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("words")
    return path


def no_movie(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_text("words")
    return path


def no_gif(tmp_path):
    path = tmp_path / "a.gif"
    path.write_text("words")
    return path


def broken_image(tmp_path):
    Image.fromarray(clip(64, 64)).save(tmp_path / "1.png")
    data = (tmp_path / "1.png").read_bytes()
    (tmp_path / "1.png").write_bytes(data[: len(data) // 2])
    return tmp_path


def pickled(tmp_path):
    np.save(tmp_path / "a.npy", np.array([{}]), allow_pickle=True)
    return tmp_path / "a.npy"


def archive(tmp_path):
    np.savez(tmp_path / "a.npz", clip(2, 8, 8))
    return (tmp_path / "a.npz").rename(tmp_path / "a.npy")


@pytest.mark.parametrize(
    "make, words",
    [
        (lambda tmp: tmp / "none.mp4", "does not exist; give a video"),
        (lambda tmp: tmp, "folder without images; give"),
        (text_file, r"ends in '\.txt'; give"),
        (no_movie, "cannot be read.*; give"),
        (no_gif, "cannot be read.*; give"),
        (broken_image, "cannot be read.*; give"),
        (pickled, "cannot be read.*objects.*; give"),
        (archive, "cannot be read.*; give"),
        (lambda tmp: save(tmp / "a.npy", clip(8, 8)), r"got \[8, 8\]"),
        (lambda tmp: save(tmp / "a.npy", clip(8, 8, 3)), r"\[8, 8, 3\]"),
        (lambda tmp: save(tmp / "a.npy", clip(2, 8, 8, 4)), "8, 4]"),
        (
            lambda tmp: save(tmp / "a.npy", clip(2, 3, 8, 8)),
            r"\[2, 3, 8, 8\].*layout looks channel-first: the channel belongs",
        ),
        (lambda tmp: save(tmp / "a.npy", clip(0, 8, 8)), "contains no frame"),
        (
            lambda tmp: save(tmp / "a.npy", clip(2, 8, 8).astype(int)),
            "holds int64; uint8",
        ),
        (
            lambda tmp: save(tmp / "a.npy", np.full((2, 8, 8), 1.5)),
            r"float64 in \[1.5, 1.5\]",
        ),
        (
            lambda tmp: save(tmp / "a.npy", np.full((2, 8, 8), math.nan)),
            r"\[nan, nan\]",
        ),
    ],
)
def test_unreadable_input_is_refused_with_the_flag(tmp_path, make, words):
    with pytest.raises(ValueError, match=words) as caught:
        read_video(make(tmp_path))
    assert str(caught.value).startswith(f"{tmp_path}")
    assert str(caught.value).endswith(".")


def test_invalid_sizes_and_channels_are_refused(tmp_path):
    path = save(tmp_path / "a.npy", clip(2, 8, 8))
    with pytest.raises(ValueError, match="channels must be 1 or 3"):
        read_video(path, channels=2)
    with pytest.raises(ValueError, match="frame_size must be at least 1"):
        read_video(path, frame_size=0)
