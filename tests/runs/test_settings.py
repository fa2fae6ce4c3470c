import dataclasses
import json

import pytest
from runs.run_cases import settings

from mipae_tf.models import MODELS
from mipae_tf.runs import RunSettings


@pytest.mark.parametrize("name", list(MODELS))
def test_settings_can_be_written_and_read(name):
    run = dataclasses.replace(settings(name, seed=3), train_clips=7)
    again = RunSettings.from_json(run.to_json())
    assert again == run
    assert json.loads(run.to_json())["config"]["width"] == 2


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
    ):
        assert other.identity() != run.identity()


def test_initial_weights_depend_on_the_seed():
    def weights(seed):
        return settings(seed=seed).make_model().get_weights()

    one, again, other = weights(0), weights(0), weights(1)
    assert all((a == b).all() for a, b in zip(one, again, strict=True))
    assert any((a != b).any() for a, b in zip(one, other, strict=True))
