import dataclasses

import pytest

from mipae_tf.comparison.configuration import EXECUTION_FLAGS
from mipae_tf.comparison.configuration import configuration_of
from mipae_tf.models import MODELS
from mipae_tf.training import TrainingOptions

PROTOCOL = {"model": "mipae", "protocol": "published", "dataset": "d"}
FLAGS = """# A comment.
--model=mipae
--protocol=published
--pose_dim=7
--mi_weight=1
--run_dir=runs/a
--dataset=d
--seed=3
--train_clips=40
--log_every=5
"""


def settings(**config):
    return {
        "model": "mipae",
        "protocol": "published",
        "config": config,
        "dataset": "d",
        "frame_shape": [64, 64, 3],
        "seed": 9,
        "train_clips": 40,
        "data_dir": "/somewhere",
    }


def test_what_changes_the_training_keeps_runs_apart():
    """An option that is added belongs to one or the other."""
    names = {field.name for field in dataclasses.fields(TrainingOptions)}
    assert names - EXECUTION_FLAGS == {"init_from", "precision", "train_clips"}


def test_flags_alone_give_the_same_configuration():
    published = MODELS["mipae"].config.PROTOCOLS["published"]
    config = settings(**{**published, "pose_dim": 7, "mi_weight": 1})
    whole = configuration_of(config, FLAGS, PROTOCOL)
    assert whole == configuration_of(None, FLAGS, PROTOCOL)
    configuration, preset = whole
    assert preset == "published"
    assert configuration["pose_dim"] == 7
    assert configuration["mi_weight"] == 1.0
    assert configuration["train_clips"] == 40
    assert not {"seed", "run_dir", "data_dir"} & set(configuration)


def test_without_flags_the_protocol_of_the_metrics_is_used():
    configuration, preset = configuration_of(None, "", PROTOCOL)
    assert preset == "published" and configuration["dataset"] == "d"
    other, _ = configuration_of(None, "", {**PROTOCOL, "protocol": "default"})
    assert configuration != other


def test_unknown_flags_are_part_of_the_configuration():
    one, _ = configuration_of(None, "--model=vae\n--depth=3\n", {})
    two, _ = configuration_of(None, "--model=vae\n--depth=4\n", {})
    assert one["depth"] == "3" and one != two
    begun, _ = configuration_of(settings(), "--init_from=runs/a\n", {})
    fresh, _ = configuration_of(settings(), "", {})
    assert begun["init_from"] == "runs/a" and begun != fresh


def test_refuses_a_flag_of_another_type():
    with pytest.raises(ValueError, match="wide"):
        configuration_of(None, "--model=mipae\n--pose_dim=wide\n", {})
    with pytest.raises(KeyError, match="model"):
        configuration_of({}, "", {})
