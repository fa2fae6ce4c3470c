import dataclasses
import importlib
import os
from types import SimpleNamespace

import numpy as np
import pytest
from mipae_tf.data_builders.recorded.geometry import Geometry
from mipae_tf.data_builders.recorded.read_video import read_video
from models.harness import moving_clips
from models.harness import random_model
from PIL import Image
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.data.video_options import VideoOptions
from mipae_tf.data.videos import VideoSource
from mipae_tf.serving.forecast_video import forecast_video
from mipae_tf.visual.animation import write_gif
from mipae_tf.visual.side_by_side import side_by_side

# `mipae_tf.serving.forecast_video` is also the name of the function.
MODULE = importlib.import_module("mipae_tf.serving.forecast_video")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model = random_model("ae_lstm")
    make_run(folder / "run", model, settings("ae_lstm"))
    np.save(folder / "clip.npy", moving_clips(1)[0])
    return model, folder


def test_a_forecast_is_written_as_array_and_animation(run):
    model, folder = run
    drawn, array = folder / "new" / "ahead.gif", folder / "ahead.npy"
    for output in (drawn, array):
        forecast_video(
            folder / "run", folder / "clip.npy", output, horizon=3, context=4
        )
    expected = model.forecast(moving_clips(1)[:, -4:], 3)
    np.testing.assert_array_equal(np.load(array), expected)
    assert drawn.read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize(("start", "label"), [("end", "input"), ("1", "video")])
def test_a_long_forecast_is_written_in_pieces(run, monkeypatch, start, label):
    """True frames are shown beside it as long as the video goes on."""
    model, folder = run
    monkeypatch.setattr(MODULE, "FRAMES_PER_CALL", 3)
    context = 8 if start == "end" else 4
    options = {"horizon": 7, "context": context, "start": start}
    for ending in (".mp4", ".npy"):
        output = folder / f"ahead{ending}"
        forecast_video(folder / "run", folder / "clip.npy", output, **options)
    video = moving_clips(1)[0]
    first = 0 if start == "end" else 1
    known = video[first : first + context]
    expected = model.forecast(known[None], 7)
    np.testing.assert_array_equal(np.load(folder / "ahead.npy"), expected)
    shown = read_video(folder / "ahead.mp4")
    assert len(shown) == context + 7
    times = np.minimum(first + np.arange(context + 7), len(video) - 1)
    whole = side_by_side(
        [video[times], np.concatenate([known, expected[0]])],
        [label, "forecast"],
        context,
        scale=4,
    )
    height, width = whole.shape[1:3]  # the video's own are even
    apart = shown[:, :height, :width].astype(int) - whole
    assert np.abs(apart).mean() < 3


def test_a_forecast_is_compared_with_the_frames_that_follow(run, capsys):
    model, folder = run
    video = moving_clips(1)[0]
    options = {"horizon": 4, "start": "2"}
    output = folder / "ahead.npy"
    forecast_video(folder / "run", folder / "clip.npy", output, **options)
    context = model.config.context
    ahead = model.forecast(video[None, 2 : 2 + context], 4)[0]
    true = video[2 + context : 6 + context]
    copies = np.broadcast_to(video[1 + context], true.shape)

    def psnr(frames):
        error = np.mean((frames / 255 - true / 255)[: len(true)] ** 2)
        return f"{-10 * np.log10(error):.1f} dB"

    assert capsys.readouterr().err.endswith(
        "PSNR over the 4 predicted frames that the video has: forecast "
        f"{psnr(np.asarray(ahead))}, last frame repeated {psnr(copies)}.\n"
    )


class Drawer:
    """A model whose pixels are the seed plus the index of the sample."""

    frame_shape = (64, 64, 1)
    stochastic = True
    TAKES = ("frames",)
    config = SimpleNamespace(context=8)

    def offers(self, capability):
        return capability == "forecast"

    def stream(self, context, horizon, samples, seed, piece):
        levels = seed + np.arange(samples, dtype=np.uint8)
        shape = (samples, 1, horizon, *self.frame_shape)
        yield np.broadcast_to(levels.reshape(-1, 1, 1, 1, 1, 1), shape)


def test_futures_depend_on_the_seed(tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "load", lambda path: Drawer())
    clip, output = tmp_path / "clip.npy", tmp_path / "ahead.npy"
    np.save(clip, moving_clips(1)[0])
    for seed in (0, 5):
        forecast_video("run", clip, output, horizon=3, seed=seed, samples=2)
        ahead = np.load(output)
        assert ahead.shape == (2, 3, 64, 64, 1)
        assert np.unique(ahead).tolist() == [seed, seed + 1]


def test_frames_are_made_as_in_the_training(tmp_path, capsys):
    """Letterboxed, grey and at 10 frames per second, with a line on it."""
    model = random_model("ae_lstm")
    geometry = Geometry(64, "letterbox", 1, 10.0)
    videos = VideoSource("/films", VideoOptions(), geometry)
    run = dataclasses.replace(settings("ae_lstm"), videos=videos)
    make_run(tmp_path / "run", model, run)
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 256, (7, 32, 64, 3), dtype=np.uint8)
    write_gif(tmp_path / "a.gif", colours, 20)
    forecast_video(
        tmp_path / "run",
        tmp_path / "a.gif",
        tmp_path / "a.npy",
        horizon=2,
        context=4,
    )
    frames = read_video(tmp_path / "a.gif", 64, 1, "letterbox", 10)
    assert len(frames) == 4 and not frames[:, :16].any()
    expected = model.forecast(frames[None], 2)
    np.testing.assert_array_equal(np.load(tmp_path / "a.npy"), expected)
    assert capsys.readouterr().err == (
        "a.gif has 20 frames per second, resampled to the 10 of the training "
        "and colour, converted to grey as in the training\n"
    )
    grey = colours[:, :, :, 0]
    write_gif(tmp_path / "b.gif", grey[..., None], 10)
    np.save(tmp_path / "c.npy", grey)
    for name, said in (
        ("b.gif", ""),
        (
            "c.npy",
            "c.npy has no frame rate, so every frame is used, as one of 10 per "
            "second\n",
        ),
    ):
        forecast_video(
            tmp_path / "run", tmp_path / name, tmp_path / "out.npy", horizon=2
        )
        assert capsys.readouterr().err == said


@pytest.mark.slow
def test_several_futures_are_drawn(tmp_path):
    model, video = random_model("svg_lp"), moving_clips(1)
    make_run(tmp_path / "run", model, settings("svg_lp"))
    np.save(tmp_path / "clip.npy", video[0])
    drawn, array = tmp_path / "ahead.gif", tmp_path / "ahead.npy"
    for output in (drawn, array):
        clip, run = tmp_path / "clip.npy", tmp_path / "run"
        options = {"horizon": 3, "seed": 5, "samples": 2, "context": 8}
        forecast_video(run, clip, output, **options)
    ahead = np.load(array)
    expected = model.forecast(video, 3, samples=2, seed=5)[:, 0]
    np.testing.assert_array_equal(ahead, expected)
    assert (ahead[0] != ahead[1]).any()
    assert drawn.read_bytes().startswith(b"GIF8")


@pytest.fixture
def no_run(tmp_path, monkeypatch):
    """A folder with clips and a frame, without a run."""
    monkeypatch.chdir(tmp_path)
    write_gif("clip.gif", moving_clips(1)[0])
    write_gif("other.gif", moving_clips(1)[0])
    (tmp_path / "frames" / "more").mkdir(parents=True)
    Image.new("L", (64, 64)).save("frames/1.png")
    (tmp_path / "soft.gif").symlink_to("clip.gif")
    os.link("clip.gif", "hard.gif")
    (tmp_path / "to_frames").symlink_to("frames")
    (tmp_path / "into_frames.gif").symlink_to("frames/a.gif")
    (tmp_path / "folder.gif").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "source, output, message",
    [
        ("clip.gif", "clip.gif", "is the same file as --input=clip.gif, which"),
        ("clip.gif", "./clip.gif", "is the same file as --input=clip.gif"),
        ("clip.gif", "frames/../clip.gif", "is the same file as"),
        ("clip.gif", "soft.gif", "--output=soft.gif is the same file as"),
        ("soft.gif", "clip.gif", "--output=clip.gif is the same file as"),
        ("clip.gif", "hard.gif", "--output=hard.gif is the same file as"),
        ("clip.gif", "{home}/clip.gif", "is the same file as"),
        ("~/clip.gif", "clip.gif", "is the same file as"),
        ("frames", "frames/a.gif", "a.gif is in the folder --input=frames;"),
        ("frames", "frames/more/a.npy", "is in the folder --input=frames"),
        ("to_frames", "frames/a.gif", "is in the folder --input=to_frames"),
        ("frames", "into_frames.gif", "into_frames.gif is in the folder"),
        (".", "a.gif", "--output=a.gif is in the folder --input=."),
        ("clip.gif", "folder.gif", "--output=folder.gif is a folder; a file"),
        ("clip.gif", "a.GIFF", r"a\.GIFF must end in .gif, .mp4 or .npy"),
    ],
)
def test_the_source_is_never_overwritten(
    no_run, monkeypatch, source, output, message
):
    monkeypatch.setenv("HOME", str(no_run))
    before = (no_run / "clip.gif").read_bytes()
    files = sorted(no_run.rglob("*"))
    with pytest.raises(ValueError, match=message):
        forecast_video("no/run", source, output.format(home=no_run))
    assert (no_run / "clip.gif").read_bytes() == before
    assert sorted(no_run.rglob("*")) == files


def test_the_case_of_the_extension_does_not_matter(no_run, monkeypatch):
    class Still:
        frame_shape, stochastic = (64, 64, 1), False
        TAKES = ("frames",)
        config = SimpleNamespace(context=8)

        def offers(self, capability):
            return capability == "forecast"

        def stream(self, video, horizon, *_):
            yield np.repeat(video[None, :, -1:], horizon, axis=2)

    monkeypatch.setattr(MODULE, "load", lambda _: Still())
    for output in ("A.GIF", "A.MP4", "A.NPY"):
        forecast_video("run", "clip.gif", output, horizon=3)
    assert len(read_video("A.GIF")) == len(read_video("A.MP4")) == 8 + 3
    assert np.load("A.NPY").shape == (1, 3, 64, 64, 1)


@pytest.mark.parametrize(
    "given, message",
    [
        ({"output": "x.png"}, "--output=x.png must end in .gif, .mp4 or .npy"),
        ({"horizon": 0}, "--horizon=0 is too small"),
        ({"horizon": 10**20}, "--horizon=1.* is too large; allowed is 1 to"),
        ({"horizon": 3.5}, "--horizon=3.5 must be an integer"),
        ({"horizon": 2_001}, "is too large for a GIF, .* is 1 to 2000, or"),
        (
            {"horizon": 10**9, "output": "new/x.npy"},
            r"--output=new/x.npy needs 4,096.0 GB and only [\d.,]+ GB are",
        ),
        ({"fps": -1.0}, "--fps=-1.0 is too small; allowed is 0.01 to 1000.0"),
        ({"fps": float("nan")}, "--fps=nan must be a number"),
        ({"seed": 10**20}, "--seed=1.* is too large; allowed is 0 to 21"),
        ({"samples": 10**9}, "--samples=1000000000 is too large"),
        ({"samples": 0}, "--samples=0 is too small"),
        ({"samples": 2}, "--samples=2 is too large, as AE-LSTM is determin"),
        ({"context": 9}, "--context=9 is too large: .* has 8 frames; allowed"),
        ({"context": 0}, "--context=0 is too small"),
        ({"start": "7"}, "--start=7 must be end, auto or a .* from 0 to 6, as"),
        ({"start": "-1"}, "--start=-1 must be end, auto or a number of frames"),
        ({"start": "begin"}, "--start=begin must be end, auto or a number"),
    ],
)
def test_invalid_options_are_refused(run, given, message):
    _, folder = run
    given = {"output": str(folder / "x.gif"), **given}
    with pytest.raises(ValueError, match=message):
        forecast_video(folder / "run", folder / "clip.npy", **given)
