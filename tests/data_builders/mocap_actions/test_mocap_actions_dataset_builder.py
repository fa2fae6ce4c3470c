import importlib.util
import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.mocap_actions import (
    mocap_actions_dataset_builder as mocap_actions,
)
from mipae_tf.data_builders.mocap_actions import package_files
from mipae_tf.data_builders.mocap_actions.actions_config import ActionsConfig

_ROOT = pathlib.Path(mocap_actions.__file__).parents[2]
_TINY = {"train_clips": 3, "validation_clips": 1, "test_clips": 2}
_installed = pytest.mark.skipif(
    importlib.util.find_spec("pybullet_data") is None,
    reason="needs mipae_tf[mocap]",
)


@_installed
class MocapActionsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = mocap_actions.Builder
    SPLITS = {"train": 3, "validation": 1, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [
        ActionsConfig("tiny", num_frames=2, frame_size=32, **_TINY)
    ]


def _builder(folder, **fields) -> mocap_actions.Builder:
    config = ActionsConfig("tiny", **{"num_frames": 2, **_TINY} | fields)
    return mocap_actions.Builder(config=config, data_dir=folder)


def test_published_configurations():
    configs = mocap_actions.Builder.builder_configs
    sizes = {name: config.frame_size for name, config in configs.items()}
    assert sizes == {"people": 64, "people_128": 128, "people_small": 64}
    assert configs["people"].split_sizes()["train"] == 10_000
    assert configs["people_small"].split_sizes()["train"] == 2_000


@pytest.fixture
def without_pybullet(monkeypatch):
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util,
        "find_spec",
        lambda name, *a: None if name == "pybullet_data" else find(name, *a),
    )
    package_files.read_package.cache_clear()


def test_without_pybullet_one_sentence_and_no_files(tmp_path, without_pybullet):
    builder = _builder(tmp_path)  # factors and features need no files
    assert builder.info.features["pose"]["action"].feature.num_classes == 15
    with pytest.raises(ValueError, match=r"pip install mipae_tf\[mocap\]$"):
        builder.download_and_prepare()
    assert not list(tmp_path.glob("mocap_actions/tiny/*"))


@_installed
def test_clips_that_are_too_long_leave_no_files(tmp_path):
    builder = _builder(tmp_path, num_frames=60)
    with pytest.raises(ValueError, match="num_frames 60 at frames_per_second"):
        builder.download_and_prepare()
    assert not list(tmp_path.glob("mocap_actions/tiny/*"))


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"actions": ("walk", "fly")}, "actions is .'walk', 'fly'. but must"),
        ({"actions": ()}, "actions is .. but must be"),
        ({"actions": ("run", "run")}, "list of different names from backflip"),
        ({"actions": "run"}, "actions is 'run' but must"),
        ({"actions": [["run"]]}, "actions is .* but must"),
        ({"frames_per_second": 0}, "frames_per_second is 0 but must be"),
        ({"frame_size": 16}, "frame_size is 16 but must be"),
        ({"colour": False}, "colour is False but must be"),
        ({"bounce": "reflect"}, "bounce is 'reflect' but must be"),
    ],
)
def test_wrong_fields_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        ActionsConfig("wrong", **fields)


@_installed
@pytest.mark.slow
def test_beam_and_the_loop_write_the_same_clips(tmp_path):
    read = {}
    for folder, above in (("loop", 99), ("beam", 0)):
        builder = _builder(tmp_path / folder, beam_above=above)
        builder.download_and_prepare()
        clips = tfds.as_numpy(builder.as_dataset(split="train"))
        read[folder] = sorted(clips, key=lambda clip: clip["video"].tobytes())
    for one, other in zip(read["loop"], read["beam"], strict=True):
        np.testing.assert_array_equal(one["video"], other["video"])
        np.testing.assert_array_equal(one["boxes"], other["boxes"])
        np.testing.assert_array_equal(
            one["pose"]["phase"], other["pose"]["phase"]
        )


@_installed
@pytest.mark.slow
def test_tfds_build_of_a_json_config_then_load_elsewhere(tmp_path):
    config = {"name": "mine", "actions": ["walk", "run"], "num_frames": 30}
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    build = [sys.executable, "-m", "tensorflow_datasets.scripts.cli.main"]
    build += ["build", str(_ROOT / "data_builders" / "mocap_actions")]
    build += ["--config", json.dumps(config | _TINY)]
    build += ["--data_dir", str(tmp_path)]
    done = subprocess.run(
        build, env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    load = (
        "import tensorflow_datasets as tfds;"
        f"clips = tfds.load('mocap_actions/mine', data_dir='{tmp_path}');"
        "print(len(clips['train']), next(iter(clips['test']))['video'].shape)"
    )
    del environment["PYTHONPATH"]
    done = subprocess.run(
        [sys.executable, "-c", load],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert "3 (30, 64, 64, 3)" in done.stdout, done.stderr[-2000:]
