import dataclasses
import json

import pytest
from mipae_tf.data_builders.recorded.geometry import Geometry
from runs.run_cases import settings

from mipae_tf.data.video_options import VideoOptions
from mipae_tf.data.videos import VideoSource
from mipae_tf.models import MODELS
from mipae_tf.runs import RunSettings


@pytest.mark.parametrize("name", list(MODELS))
def test_settings_can_be_written_and_read(name):
    run = dataclasses.replace(settings(name, seed=3), train_clips=7)
    again = RunSettings.from_json(run.to_json())
    assert again == run
    assert json.loads(run.to_json())["config"]["width"] == 2


def test_videos_and_fingerprints_are_written_and_read():
    options = VideoOptions(clip_length=30, fit="letterbox")
    videos = VideoSource("/films", options, Geometry(64, "letterbox", 1, 12.5))
    prints = {"train": "a1", "validation": "b2"}
    run = dataclasses.replace(settings(), videos=videos, clips=prints)
    assert RunSettings.from_json(run.to_json()) == run


def test_identity():
    run = settings()
    longer = settings(representation_steps=99, dynamics_steps=99)
    assert longer.identity() == run.identity()
    moved = dataclasses.replace(run, data_dir="/elsewhere")
    assert moved.identity() == run.identity()
    for other in (
        settings(seed=1),
        settings(width=3),
        settings(dataset="other"),
        settings("drnet"),
        dataclasses.replace(run, train_clips=3),
        dataclasses.replace(run, clips={"train": "a", "validation": "b"}),
    ):
        assert other.identity() != run.identity()


def test_initial_weights_depend_on_the_seed():
    def weights(seed):
        return settings(seed=seed).make_model().get_weights()

    one, again, other = weights(0), weights(0), weights(1)
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))
