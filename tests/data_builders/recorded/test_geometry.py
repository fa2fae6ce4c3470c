from fractions import Fraction

import av
import numpy as np
import pytest
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.geometry import sampled
from mipae_tf.data_builders.recorded.read_video import read_video
from mipae_tf.data_builders.recorded.video_file import frame_rate
from mipae_tf.data_builders.recorded.video_file import stored_frames
from mipae_tf.data_builders.recorded.video_formats import VideoFrame
from PIL import Image
from video_cases import PICTURE

WIDE = Image.fromarray(np.arange(32, dtype=np.uint8).reshape(4, 8) * 8)


def test_crop_takes_the_centred_square():
    frame = Geometry(4, "crop", 1).fitted(WIDE)
    np.testing.assert_array_equal(frame[..., 0], np.asarray(WIDE)[:, 2:6])


def test_letterbox_keeps_everything_between_black_bars():
    for image, axis in ((WIDE, 0), (WIDE.transpose(Image.TRANSPOSE), 1)):
        frame = Geometry(8, "letterbox", 3).fitted(image)
        assert frame.shape == (8, 8, 3)
        rows = np.moveaxis(frame[..., 0], axis, 0)
        assert not rows[:2].any() and not rows[6:].any()
        np.testing.assert_array_equal(frame[..., 0], frame[..., 2])
        inner = np.moveaxis(np.asarray(image), axis, 0)
        np.testing.assert_array_equal(rows[2:6], inner)


def test_stretch_fills_the_square():
    frame = Geometry(4, "stretch", 1).fitted(WIDE)[..., 0]
    pairs = np.asarray(WIDE).reshape(4, 4, 2).mean(-1)
    assert np.abs(frame - pairs).max() <= 1


def indices(times, rate, stays=False):
    """Indices of the stored frames that are taken."""
    frames = [
        VideoFrame(Image.new("L", (1, 1), index), time, stays)
        for index, time in enumerate(times)
    ]
    return [image.getpixel((0, 0)) for image in sampled(frames, rate)]


@pytest.mark.parametrize(
    "times, rate, expected",
    [
        (np.arange(8) / 50, 25, [0, 2, 4, 6]),
        (np.arange(6) / 25, 25, range(6)),
        # Times in whole milliseconds, as in .mkv files.
        (np.round(np.arange(60) / 30, 3), 30, range(60)),
        (np.arange(30) / 29.97, 29.97, range(30)),
        (np.arange(4) / 10, 20, [0, 1, 1, 2, 2, 3, 3]),
        # A variable rate: half of the frames come at twice the rate.
        ([0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4], 10, [0, 1, 2, 4, 6]),
        ([0, 0.1, 0.5], 10, [0, 1, 1, 2, 2, 2]),
        ([0], 25, [0]),
        ([], 25, []),
    ],
)
def test_the_nearest_frame_is_taken(times, rate, expected):
    assert indices(times, rate) == list(expected)


def test_a_frame_of_an_animation_stays_until_the_next():
    times = [0, 0.1, 0.5]
    assert indices(times, 10, stays=True) == [0, 1, 1, 1, 1, 2]


@pytest.mark.parametrize("rate, time", [(None, 0.0), (25, None)])
def test_every_frame_is_taken_without_a_rate_or_times(rate, time):
    frames = [VideoFrame(Image.new("L", (1, 1)), time)] * 7
    assert len(list(sampled(frames, rate))) == 7


def write_variable_rate(path, times):
    """A video whose frame n has the level 20 n and is shown at times[n]."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", 30)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = Fraction(1, 1000)
        for number, time in enumerate(times):
            grey = np.full((32, 32, 3), 20 * number, np.uint8)
            frame = av.VideoFrame.from_ndarray(grey, format="rgb24")
            frame.pts, frame.time_base = round(time * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv"])
def test_a_file_of_variable_rate_is_resampled(tmp_path, name):
    times = [0, 0.1, 0.2, 0.25, 0.3, 0.35, 0.4]
    path = write_variable_rate(tmp_path / name, times)
    stored = [frame.time for frame in stored_frames(path)]
    np.testing.assert_allclose(stored, times, atol=0.002)
    video = read_video(path, 1, 1, frame_rate=10)
    levels = np.round(video.ravel() / 20).astype(int)
    assert levels.tolist() == [0, 1, 2, 4, 6]
    if name == "a.mp4":  # the other one declares a rate of 30
        assert frame_rate(path) == pytest.approx(7 / 0.45, rel=0.2)


def test_a_gif_has_times(tmp_path):
    frames = [Image.new("L", (8, 8), 40 * number) for number in range(4)]
    frames[0].save(
        tmp_path / "a.gif",
        save_all=True,
        append_images=frames[1:],
        duration=[100, 400, 0, 100],
    )
    stored = [frame.time for frame in stored_frames(tmp_path / "a.gif")]
    assert stored == [0, 0.1, 0.5, 0.6]  # 0 is shown for 0.1 s
    video = read_video(tmp_path / "a.gif", 1, 1, frame_rate=10)
    assert video.ravel().tolist() == [0, 40, 40, 40, 40, 80, 120]
    assert frame_rate(tmp_path / "a.gif") == pytest.approx(3 / 0.6)


def test_folders_and_arrays_have_no_rate(tmp_path):
    Image.fromarray(PICTURE).save(tmp_path / "1.png")
    np.save(tmp_path / "a.npy", np.zeros((3, 8, 8), np.uint8))
    assert frame_rate(tmp_path) is frame_rate(tmp_path / "a.npy") is None
    assert len(read_video(tmp_path / "a.npy", frame_rate=25)) == 3


@pytest.mark.parametrize(
    "field, message",
    [
        ({"frame_size": 0}, "frame_size must be at least 1, got 0"),
        ({"fit": "cut"}, "fit must be one of crop, letterbox, stretch, got"),
        ({"channels": 2}, "channels must be 1 or 3, got 2"),
        ({"frame_rate": 0}, "frame_rate must be more than 0, got 0"),
    ],
)
def test_an_invalid_field_is_refused(field, message):
    with pytest.raises(ValueError, match=message):
        Geometry(**field)


def test_the_description_is_complete():
    assert str(Geometry(32, "letterbox", 1, 12.5)) == (
        "32 x 32 pixels, letterboxed, grey, 12.5 frames per second"
    )
    assert str(Geometry(None, channels=None)) == "every stored frame"
