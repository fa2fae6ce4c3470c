"""The code in docs/add_a_dataset.md runs."""

import importlib.util
import pathlib
import re
import sys

import numpy as np
from mipae_tf.data_builders.worlds.clip_config import ClipConfig

from mipae_tf.data import datasets
from mipae_tf.data import open_clips

PAGE = pathlib.Path(__file__).parents[2] / "docs" / "add_a_dataset.md"
OWN, WORLD, _ = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.S)


def test_clips_of_your_own():
    names = {}
    exec(OWN, names)
    clips = names["clips"]
    assert clips.objects() == {0: {"x": "left"}}
    assert clips.streams["actions"].shape == (20, 8, 2)


def test_a_drawn_world(tmp_path, monkeypatch):
    folder = tmp_path / "falling_dot"
    folder.mkdir()
    path = folder / "falling_dot_dataset_builder.py"
    path.write_text(WORLD)
    for name in ("README.md", "CITATIONS.bib", "TAGS.txt"):
        (folder / name).touch()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    sizes = dict.fromkeys(("train_clips", "validation_clips", "test_clips"), 2)
    tiny = ClipConfig("tiny", num_frames=3, colour=False, **sizes)

    class Tiny(module.Builder, skip_registration=True):
        """The same with one small configuration."""

        BUILDER_CONFIGS = [tiny]

    Tiny.name = "falling_dot"
    monkeypatch.setitem(datasets.BUILDERS, "falling_dot", Tiny)
    clips = open_clips(
        "falling_dot/tiny", "test", str(tmp_path / "data"), streams=["masks"]
    )
    assert clips.factors == module.DotScene.factors
    assert clips.streams["masks"].shape == (2, 3, 64, 64, 1)
    for clip in range(2):
        row, column = (clips.pose[name][clip] for name in ("row", "column"))
        light = clips.video[clip, np.arange(3), row, column, 0]
        assert set(light) == {100 + 100 * clips.content["shade"][clip]}
    builder = Tiny(config="tiny", data_dir=str(tmp_path / "data"))
    frames, content, _ = builder.sample_static(5, seed=0)
    assert frames.max(axis=(1, 2, 3)).tolist() == [
        100 + 100 * shade for shade in content["shade"]
    ]
