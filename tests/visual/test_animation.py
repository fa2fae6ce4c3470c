import io

import av
import numpy as np
import pytest
from mipae_tf.data_builders.recorded.read_video import read_video
from PIL import Image

from mipae_tf.visual import animation
from mipae_tf.visual.animation import encode_gif
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.animation import write_mp4
from mipae_tf.visual.side_by_side import side_by_side

RNG = np.random.default_rng(0)


def decoded(gif):
    """The frames of a GIF's bytes and how long each is shown."""
    image = Image.open(io.BytesIO(gif))
    frames, durations = [], []
    for index in range(image.n_frames):
        image.seek(index)
        durations.append(image.info["duration"])
        frames.append(np.asarray(image.convert("RGB")))
    return np.stack(frames), durations


def few_colours(steps=6, colours=256):
    palette = RNG.integers(0, 256, (colours, 3), dtype=np.uint8)
    return palette[RNG.integers(0, colours, (steps, 12, 17))]


@pytest.mark.parametrize("colours", [1, 2, 200, 256])
def test_gif_is_exact_up_to_256_colours(colours):
    frames = few_colours(colours=colours)
    np.testing.assert_array_equal(decoded(encode_gif(frames))[0], frames)


def test_gif_is_exact_if_each_frame_has_256_colours():
    frames = np.concatenate([few_colours(2, 200) for _ in range(3)])
    assert len(np.unique(frames.reshape(-1, 3), axis=0)) > 256
    np.testing.assert_array_equal(decoded(encode_gif(frames))[0], frames)


def test_gif_of_one_grey_frame():
    frames = np.arange(256, dtype=np.uint8).reshape(1, 16, 16, 1)
    shown, _ = decoded(encode_gif(frames))
    np.testing.assert_array_equal(shown, frames.repeat(3, -1))


def test_gif_keeps_equal_frames_and_small_changes():
    frames = np.zeros((5, 20, 20, 1), np.uint8)
    frames[3, 7, 11] = 255
    shown, durations = decoded(encode_gif(frames, fps=10))
    np.testing.assert_array_equal(shown, frames.repeat(3, -1))
    assert durations == [100] * 5


def test_gif_stores_only_changes():
    still = few_colours(1, 200).repeat(50, axis=0)
    moving = few_colours(50, 200)
    assert len(encode_gif(still)) < len(encode_gif(moving)) / 5


def test_gif_of_many_colours_is_accurate_and_does_not_flicker():
    ramp = np.linspace(0, 255, 64).astype(np.uint8)
    frame = np.stack(
        np.broadcast_arrays(ramp[:, None], ramp[None], ramp[::-1, None]), -1
    )
    frames = np.stack([frame] * 3)
    frames[1, :8, :8] = 0
    shown, _ = decoded(encode_gif(frames))
    assert np.abs(shown.astype(int) - frames).mean() < 6
    np.testing.assert_array_equal(shown[0, 8:], shown[1, 8:])


def test_gif_of_grey_clips_with_marks_is_almost_exact():
    noise = RNG.integers(0, 256, (2, 4, 32, 32, 1), dtype=np.uint8)
    frames = side_by_side([noise], ["truth"], context=2)
    assert len(np.unique(frames.reshape(-1, 3), axis=0)) > 256
    shown, _ = decoded(encode_gif(frames))
    assert (shown == frames).all(-1).mean() > 0.9
    assert np.abs(shown.astype(int) - frames).mean() < 0.1


def test_gif_keeps_a_small_object_among_many_colours():
    frames = np.zeros((3, 64, 64, 3), np.uint8)
    frames[..., 1] = np.arange(64)[:, None]
    frames[..., 2] = np.arange(64)
    frames[:, 30:33, 30:33] = (255, 0, 0)
    shown, _ = decoded(encode_gif(frames))
    assert np.abs(shown[:, 31, 31].astype(int) - (255, 0, 0)).max() < 8


@pytest.mark.parametrize("fps, shown", [(10, 100), (25, 40), (1000, 20)])
def test_gif_timing(fps, shown):
    assert decoded(encode_gif(few_colours(), fps))[1] == [shown] * 6


def test_gif_loops_forever(tmp_path):
    write_gif(tmp_path / "a.gif", few_colours())
    assert Image.open(tmp_path / "a.gif").info["loop"] == 0


def smooth_video(steps=12, height=48, width=64):
    """A soft blob that moves over a soft ramp."""
    y, x = np.mgrid[:height, :width]
    frames = [
        np.stack(
            [
                200 * np.exp(-((x - 8 - 3 * t) ** 2 + (y - 20) ** 2) / 200),
                y * 200 / height,
                np.full(y.shape, 90.0),
            ],
            axis=-1,
        )
        for t in range(steps)
    ]
    return np.stack(frames).astype(np.uint8)


@pytest.mark.parametrize("codecs", [av.codecs_available, {"mpeg4"}])
def test_mp4_reads_back(tmp_path, monkeypatch, codecs):
    monkeypatch.setattr(animation.av, "codecs_available", codecs)
    frames = smooth_video()
    write_mp4(tmp_path / "a.mp4", frames, fps=12.5)
    shown = read_video(tmp_path / "a.mp4")
    assert shown.shape == frames.shape
    assert np.abs(shown.astype(int) - frames).mean() < 3
    with av.open(tmp_path / "a.mp4") as container:
        stream = container.streams.video[0]
        assert float(stream.average_rate) == pytest.approx(12.5)
        assert stream.pix_fmt == "yuv420p"


def test_mp4_of_pieces_equals_that_of_the_whole(tmp_path):
    frames = smooth_video()
    write_mp4(tmp_path / "whole.mp4", frames)
    write_mp4(tmp_path / "pieces.mp4", iter([frames[:5], frames[5:]]))
    whole, pieces = tmp_path / "whole.mp4", tmp_path / "pieces.mp4"
    assert whole.read_bytes() == pieces.read_bytes()


def test_mp4_pads_odd_sizes_with_their_edge(tmp_path):
    frames = smooth_video(4, 33, 47)
    write_mp4(tmp_path / "a.mp4", frames[..., :1], fps=10)
    shown = read_video(tmp_path / "a.mp4").astype(int)
    assert shown.shape == (4, 34, 48, 3)
    assert np.abs(shown[:, :33, :47] - frames[..., :1]).mean() < 3
    assert np.abs(shown[:, 33] - shown[:, 32]).mean() < 3


def test_failed_encoding_leaves_no_file(tmp_path, monkeypatch):
    made = []

    def break_after_three(*args, **kwargs):
        made.append(args)
        if len(made) > 3:
            raise RuntimeError("encoder died")
        return from_ndarray(*args, **kwargs)

    from_ndarray = av.VideoFrame.from_ndarray

    class Frames:
        from_ndarray = staticmethod(break_after_three)

    monkeypatch.setattr(animation.av, "VideoFrame", Frames)
    with pytest.raises(RuntimeError, match="encoder died"):
        write_mp4(tmp_path / "a.mp4", smooth_video(), fps=10)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fps", [0, -1, float("nan"), float("inf")])
def test_fps_must_be_positive(tmp_path, fps):
    with pytest.raises(ValueError, match="fps must be"):
        encode_gif(few_colours(), fps)
    with pytest.raises(ValueError, match="fps must be"):
        write_mp4(tmp_path / "a.mp4", few_colours(), fps)


def test_other_types_and_endings_are_refused(tmp_path):
    with pytest.raises(ValueError, match="frames must be uint8"):
        write_gif(tmp_path / "a.gif", np.zeros((2, 4, 4, 3)))
    with pytest.raises(ValueError, match=r"must end in \.mp4"):
        write_mp4(tmp_path / "a.avi", few_colours())
    assert list(tmp_path.iterdir()) == []
