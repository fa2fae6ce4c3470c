import importlib

import numpy as np
import pytest
from models.harness import lively_model
from models.harness import moving_clips
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.serving.preview import preview
from mipae_tf.visual.side_by_side import side_by_side
from mipae_tf.visual.video_file import read_video

# `mipae_tf.serving.preview` is the function as well as the module.
MODULE = importlib.import_module("mipae_tf.serving.preview")


@pytest.fixture
def run(tmp_path):
    model = lively_model("ae_lstm")
    make_run(tmp_path / "run", model, settings("ae_lstm"))
    np.save(tmp_path / "clip.npy", moving_clips(1)[0])
    return model, tmp_path


def test_what_follows_the_video_is_written_and_drawn(run):
    model, folder = run
    drawn, array = folder / "new" / "ahead.gif", folder / "ahead.npy"
    for output in (drawn, array):
        preview(
            folder / "run", folder / "clip.npy", output, horizon=3, context=4
        )
    expected = model.forecast(moving_clips(1)[:, -4:], 3)
    np.testing.assert_array_equal(np.load(array), expected)
    assert drawn.read_bytes().startswith(b"GIF8")


def test_a_long_forecast_goes_through_in_pieces(run, monkeypatch):
    model, folder = run
    monkeypatch.setattr(MODULE, "PIECE", 3)
    for ending in (".mp4", ".npy"):
        output = folder / f"ahead{ending}"
        preview(folder / "run", folder / "clip.npy", output, horizon=7)
    expected = model.forecast(moving_clips(1), 7)
    np.testing.assert_array_equal(np.load(folder / "ahead.npy"), expected)
    shown = read_video(folder / "ahead.mp4")
    assert len(shown) == 8 + 7
    video = moving_clips(1)[0]
    whole = side_by_side(
        [
            np.concatenate([video, ahead])
            for ahead in (np.repeat(video[-1:], 7, axis=0), expected[0])
        ],
        ["input", "forecast"],
        8,
        scale=4,
    )
    height, width = whole.shape[1:3]  # the video's own are even
    apart = shown[:, :height, :width].astype(int) - whole
    assert np.abs(apart).mean() < 3


@pytest.mark.slow
def test_several_futures_are_drawn(tmp_path):
    model, video = lively_model("svg_lp"), moving_clips(1)
    make_run(tmp_path / "run", model, settings("svg_lp"))
    np.save(tmp_path / "clip.npy", video[0])
    drawn, array = tmp_path / "ahead.gif", tmp_path / "ahead.npy"
    for output in (drawn, array):
        clip, run = tmp_path / "clip.npy", tmp_path / "run"
        preview(run, clip, output, 3, seed=5, samples=2)
    ahead = np.load(array)
    expected = model.forecast(video, 3, samples=2, seed=5)[:, 0]
    np.testing.assert_array_equal(ahead, expected)
    assert (ahead[0] != ahead[1]).any()
    assert drawn.read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize(
    "given, message",
    [
        ({"output": "x.png"}, "--output=x.png must end in .gif, .mp4 or .npy"),
        ({"horizon": 0}, "--horizon=0 is too small"),
        ({"samples": 0}, "--samples=0 is too small"),
        ({"samples": 2}, "--samples=2 asks .* of AE-LSTM are all the same"),
        ({"context": 9}, "--context=9 does not fit .* 8 frames"),
        ({"context": 0}, "--context=0 does not fit"),
    ],
)
def test_what_cannot_be_previewed_is_named(run, given, message):
    _, folder = run
    given = {"output": str(folder / "x.gif"), **given}
    with pytest.raises(ValueError, match=message):
        preview(folder / "run", folder / "clip.npy", **given)
