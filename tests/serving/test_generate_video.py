import importlib

import numpy as np
import pytest
from models.harness import moving_clips
from models.harness import random_model
from runs.run_cases import make_run
from runs.run_cases import settings

from mipae_tf.models import VideoModel
from mipae_tf.models.frame_values import to_uint8
from mipae_tf.serving import forecast_video
from mipae_tf.serving import generate_video

# `mipae_tf.serving.generate_video` is also the name of the function.
MODULE = importlib.import_module("mipae_tf.serving.generate_video")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    model = random_model("mocogan")
    make_run(folder / "run", model, settings("mocogan"))
    return model, folder


def test_generated_clips_are_written_as_array_and_animation(run):
    model, folder = run
    drawn, array = folder / "new" / "clips.gif", folder / "clips.npy"
    for output in (drawn, array):
        generate_video(folder / "run", output, count=3, length=2, seed=4)
    expected = to_uint8(model.generate(3, 2, 4))
    np.testing.assert_array_equal(np.load(array), expected)
    assert drawn.read_bytes().startswith(b"GIF8")


@pytest.mark.parametrize(
    "output, given, message",
    [
        ("clips.png", {}, r"--output=.*clips.png must end in .gif, .mp4 or"),
        ("a.gif", {"count": 0}, "--generate=0 is too small; allowed is 1 to"),
        ("a.gif", {"length": 9999}, "--horizon=9999 is too large; allowed"),
    ],
)
def test_what_cannot_be_written_is_refused(run, output, given, message):
    _, folder = run
    with pytest.raises(ValueError, match=message):
        generate_video(folder / "run", folder / output, **given)
    assert not (folder / output).exists()


def test_a_model_without_a_forecast_says_what_it_can_do(run):
    _, folder = run
    np.save(folder / "clip.npy", moving_clips(1)[0])
    message = (
        "contains MoCoGAN: MoCoGAN offers no forecast without --encoder. "
        "--generate=N draws N clips without an input."
    )
    with pytest.raises(ValueError, match=message):
        forecast_video(
            folder / "run", folder / "clip.npy", folder / "ahead.npy"
        )
    assert not (folder / "ahead.npy").exists()


class Mute:
    title = "Mute"
    not_offered = VideoModel.not_offered

    def offers(self, capability):
        return False


def test_a_model_that_generates_nothing_says_so(tmp_path, monkeypatch):
    monkeypatch.setattr(MODULE, "load", lambda run: Mute())
    message = "--run_dir=one contains Mute: Mute offers no generate."
    with pytest.raises(ValueError, match=message):
        generate_video("one", tmp_path / "clips.gif")
    assert not list(tmp_path.iterdir())
