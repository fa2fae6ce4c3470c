import json
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig
from mipae_tf.data_builders.moving_dsprites.sprites_file import FILE_NAME

_ROOT = pathlib.Path(moving_dsprites.__file__).parents[2]
_TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}


class MovingDspritesTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = moving_dsprites.Builder
    SPLITS = {"train": 4, "validation": 2, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [
        SpritesConfig("one", num_frames=1, sprites=1, colour=False, **_TINY),
    ]


@pytest.mark.slow
class MovingDspritesPairsTest(MovingDspritesTest):
    BUILDER_CONFIG_NAMES_TO_TEST = [
        SpritesConfig("two", num_frames=3, **_TINY),
        SpritesConfig("turning", num_frames=3, rotating=True, **_TINY),
    ]


def _builder(folder, **fields) -> moving_dsprites.Builder:
    config = SpritesConfig("tiny", num_frames=2, **_TINY | fields)
    return moving_dsprites.Builder(config=config, data_dir=folder)


def _prepare(builder, manual_dir) -> None:
    config = tfds.download.DownloadConfig(manual_dir=manual_dir)
    builder.download_and_prepare(download_config=config)


def test_published_configurations():
    configs = moving_dsprites.Builder.builder_configs
    assert set(configs) == {
        "one_sprite",
        "two_sprites",
        "two_sprites_rotating",
        "two_sprites_grey",
        "static",
        "static_one_sprite",
        "quickstart",
        "quickstart_one",
    }
    assert configs["two_sprites"].split_sizes()["train"] == 10_000
    assert configs["quickstart"].num_frames == 20
    assert configs["static"].num_frames == 1
    assert not configs["static"].held_out


class _Rows:
    """Replaces the published file: every sprite is one white row."""

    def __init__(self, path):
        assert pathlib.Path(path).name == FILE_NAME

    def load(self):
        pass

    def draw(self, shape, *_):
        frames = np.zeros((len(shape), 64, 64), np.uint8)
        frames[:, 5] = 255
        return frames


def test_the_published_file_is_used_if_present(tmp_path, monkeypatch):
    monkeypatch.setattr(moving_dsprites, "FileSprites", _Rows)
    (tmp_path / FILE_NAME).touch()
    builder = _builder(tmp_path / "data")
    _prepare(builder, tmp_path)
    assert builder.info.metadata["sprites"] == "file"
    clip = next(iter(tfds.as_numpy(builder.as_dataset(split="train"))))
    assert clip["video"].max(-1).sum() == 2 * 64 * 255
    again = _builder(tmp_path / "data")
    video = again.render(clip["content"], clip["pose"])
    np.testing.assert_array_equal(video, clip["video"])


def test_a_wrong_file_is_refused_and_leaves_no_files(tmp_path):
    manual = tmp_path / "manual"
    manual.mkdir()
    (manual / FILE_NAME).write_bytes(b"PK not really")
    builder = _builder(tmp_path / "data")
    with pytest.raises(ValueError, match=f"{FILE_NAME} is not the dSprites"):
        _prepare(builder, manual)
    assert not list((tmp_path / "data").glob("moving_dsprites/tiny/*"))
    _prepare(_builder(tmp_path / "data", sprites_from="drawn"), manual)


def test_a_missing_required_file_is_refused(tmp_path):
    builder = _builder(tmp_path / "data", sprites_from="file")
    with pytest.raises(ValueError, match="sprites_from is 'file' but there"):
        _prepare(builder, tmp_path)
    with pytest.raises(ValueError, match="is not built in"):
        builder.sample_static(1, 0)


def test_a_builder_may_be_imported_by_its_folder_too():
    """As in `tfds build`, here with a builder that is registered already."""
    kept = dict(sys.modules)
    name = "moving_dsprites.moving_dsprites_dataset_builder"
    with tfds.core.utils.add_sys_path(_ROOT / "data_builders"):
        again = tfds.core.community.builder_cls_from_module(name)
    for added in set(sys.modules) - set(kept):
        del sys.modules[added]
    assert again is not moving_dsprites.Builder
    assert again.name == moving_dsprites.Builder.name
    assert tfds.builder_cls("moving_dsprites") is moving_dsprites.Builder
    for builder in (again, moving_dsprites.Builder):
        assert builder.code_path.name == f"{name.split('.')[1]}.py"
        assert (builder.pkg_dir_path / "README.md").exists()


@pytest.mark.slow
def test_tfds_build_of_a_json_config_then_load_elsewhere(tmp_path):
    config = {"name": "mine", "num_frames": 4, "sprites": 1, **_TINY}
    environment = os.environ | {"PYTHONPATH": str(_ROOT)}
    build = [sys.executable, "-m", "tensorflow_datasets.scripts.cli.main"]
    build += ["build", str(_ROOT / "data_builders" / "moving_dsprites")]
    build += ["--config", json.dumps(config), "--data_dir", str(tmp_path)]
    done = subprocess.run(
        build, env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr[-2000:]
    load = (
        "import tensorflow_datasets as tfds;"
        f"clips = tfds.load('moving_dsprites/mine', data_dir='{tmp_path}');"
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
    assert "4 (4, 64, 64, 3)" in done.stdout, done.stderr[-2000:]
