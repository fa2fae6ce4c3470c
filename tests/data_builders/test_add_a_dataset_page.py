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
OWN, WORLD, RECORDED, _ = re.findall(
    r"```python\n(.*?)```", PAGE.read_text(), re.S
)


def test_clips_of_your_own():
    names = {}
    exec(OWN, names)
    clips = names["clips"]
    assert clips.objects() == {0: {"x": "left"}}
    assert clips.streams["actions"].shape == (20, 8, 2)


def builder_of(tmp_path, monkeypatch, name, code):
    """The module of a builder's file, as `tfds build` imports it."""
    folder = tmp_path / name
    folder.mkdir()
    path = folder / f"{name}_dataset_builder.py"
    path.write_text(code)
    for file in ("README.md", "CITATIONS.bib", "TAGS.txt"):
        (folder / file).touch()
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, path.stem, module)
    spec.loader.exec_module(module)
    return module


def test_a_drawn_world(tmp_path, monkeypatch):
    module = builder_of(tmp_path, monkeypatch, "falling_dot", WORLD)
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
    assert clips.factors == module.DotScene(tiny).factors
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


def test_recorded_clips(tmp_path, monkeypatch):
    files = tmp_path / "files"
    files.mkdir()
    for number, person in enumerate("abcde"):
        for hand in ("left", "right"):
            video = np.full((26, 64, 64, 1), 10 * number, np.uint8)
            video += np.arange(26, dtype=np.uint8)[:, None, None, None]
            np.save(files / f"{person}_{hand}.npy", video)
    module = builder_of(tmp_path, monkeypatch, "waving_hands", RECORDED)
    monkeypatch.setitem(datasets.BUILDERS, "waving_hands", module.Builder)
    seen = []
    for split, people in (("train", 3), ("validation", 1), ("test", 1)):
        clips = open_clips(
            "waving_hands/grey", split, str(tmp_path / "data"), str(files)
        )
        # Each of the two videos of a person has clips from 0, 5 and 10.
        assert len(clips) == 2 * 3 * people
        start = clips.instance["start"]
        assert sorted(set(start)) == [0, 5, 10]
        first = clips.video[:, 0, 0, 0, 0] - start
        np.testing.assert_array_equal(first % 10, 0)
        np.testing.assert_array_equal(
            clips.video[:, 14, 0, 0, 0], first + start + 14
        )
        recording = clips.instance["recording"]
        np.testing.assert_array_equal(first // 10, recording // 2)
        np.testing.assert_array_equal(clips.content["hand"], recording % 2)
        seen.append(set(first.tolist()))
    assert sum(map(len, seen)) == len(set.union(*seen)) == 5
