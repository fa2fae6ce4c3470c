import numpy as np
import pytest
from models.harness import lively_model
from models.harness import moving_clips
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.serving.preview import preview


@pytest.fixture
def run(tmp_path):
    model = lively_model("ae_lstm")
    make_run(tmp_path / "run", model, settings("ae_lstm"))
    np.save(tmp_path / "clip.npy", moving_clips(1)[0])
    return model, tmp_path


def test_what_follows_the_video_is_returned_and_drawn(run):
    model, folder = run
    output = folder / "new" / "ahead.gif"
    ahead = preview(
        folder / "run", folder / "clip.npy", output, horizon=3, context=4
    )
    expected = model.forecast(moving_clips(1)[:, -4:], 3)
    np.testing.assert_array_equal(ahead, expected)
    assert output.read_bytes().startswith(b"GIF8")


def test_several_futures_are_drawn(tmp_path):
    model, video = lively_model("svg_lp"), moving_clips(1)
    make_run(tmp_path / "run", model, settings("svg_lp"))
    np.save(tmp_path / "clip.npy", video[0])
    output = tmp_path / "ahead.gif"
    ahead = preview(
        tmp_path / "run", tmp_path / "clip.npy", output, 3, seed=5, samples=2
    )
    expected = model.forecast(video, 3, samples=2, seed=5)[:, 0]
    np.testing.assert_array_equal(ahead, expected)
    assert (ahead[0] != ahead[1]).any()
    assert output.read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize(
    "given, message",
    [
        ({"output": "x.png"}, "--output=x.png must end in .gif or .mp4"),
        ({"horizon": 0}, "--horizon=0 is too small"),
        ({"samples": 0}, "--samples=0 is too small"),
        ({"samples": 2}, "--samples=2 asks .* of AELSTM are all the same"),
        ({"context": 9}, "--context=9 does not fit .* 8 frames"),
        ({"context": 0}, "--context=0 does not fit"),
    ],
)
def test_what_cannot_be_previewed_is_named(run, given, message):
    _, folder = run
    given = {"output": str(folder / "x.gif"), **given}
    with pytest.raises(ValueError, match=message):
        preview(folder / "run", folder / "clip.npy", **given)
