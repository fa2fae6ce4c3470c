import hashlib
import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.bouncing_shapes import (
    bouncing_shapes_dataset_builder as bouncing_shapes,
)
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.factors import from_metadata

_ROOT = pathlib.Path(bouncing_shapes.__file__).parents[2]
_TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}
_EVERYTHING = {
    "objects": 3,
    "min_objects": 1,
    "max_size": 8.0,
    "max_spin": 0.2,
    "colour_change": 0.05,
    "background": "noise",
    "collisions": True,
    "gravity": 0.1,
    "friction": 0.3,
    "elasticity": 0.9,
    "time_jitter": 0.5,
    "pushed": 1,
}


class BouncingShapesTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = bouncing_shapes.Builder
    SPLITS = {"train": 4, "validation": 2, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [
        ShapesConfig(
            "everything",
            num_frames=3,
            # The test case takes time in proportion to the number of factors.
            **_EVERYTHING | {"objects": 1},
            **_TINY,
        ),
    ]


def _builder(folder, **fields) -> bouncing_shapes.Builder:
    config = ShapesConfig("tiny", num_frames=4, **_TINY | fields)
    return bouncing_shapes.Builder(config=config, data_dir=folder)


def _read(builder, split) -> list[dict]:
    return list(tfds.as_numpy(builder.as_dataset(split=split)))


def test_published_configurations():
    configs = bouncing_shapes.Builder.builder_configs
    full = [name for name in configs if not name.endswith("_small")]
    assert full == [
        "two_shapes",
        "rotating",
        "occluded_eight",
        "one_to_eight",
        "stochastic",
        "collisions",
        "gravity",
        "irregular",
        "actions",
    ]
    for name in full:
        small = vars(configs[f"{name}_small"])
        assert small["train_clips"] == 2_000
        fixed = set(small) - {"name", "description", *_TINY}
        for field in fixed:
            assert small[field] == vars(configs[name])[field]


def test_a_stored_clip_is_drawn_again_at_any_times(tmp_path):
    builder = _builder(tmp_path, **_EVERYTHING)
    builder.download_and_prepare()
    loaded = tfds.builder_from_directory(builder.data_path)
    assert from_metadata(loaded.info.metadata) == builder.scene().factors
    for clip in _read(loaded, "test"):
        assert clip["times"].dtype == np.float32
        assert clip["actions"].shape == (4, 2)
        content, pose = clip["content"], clip["pose"]
        np.testing.assert_array_equal(
            builder.render(content, pose), clip["video"]
        )
        seed = clip["instance"]["clip_seed"]
        content, pose = builder.factors_at(seed, clip["times"])
        np.testing.assert_array_equal(pose["x_0"], clip["pose"]["x_0"])
        np.testing.assert_array_equal(
            builder.render(content, pose), clip["video"]
        )
        content, pose = builder.factors_at(seed, np.linspace(0, 1.5, 7))
        assert builder.render(content, pose).shape == (7, 64, 64, 3)


def test_without_pymunk_one_sentence_says_what_to_install(
    tmp_path, monkeypatch
):
    monkeypatch.setitem(sys.modules, "pymunk", None)
    builder = _builder(tmp_path, collisions=True)
    with pytest.raises(ValueError, match=r"pip install mipae_tf\[physics\]$"):
        builder.download_and_prepare()
    assert not list(tmp_path.glob("bouncing_shapes/tiny/*"))
    _builder(tmp_path).download_and_prepare()


@pytest.mark.slow
def test_beam_and_the_loop_write_the_same_clips(tmp_path):
    plain = _builder(tmp_path / "plain", **_EVERYTHING)
    beam = _builder(tmp_path / "beam", beam_above=1, **_EVERYTHING)
    plain.download_and_prepare()
    beam.download_and_prepare()
    for split in ("train", "validation", "test"):
        a, b = _read(plain, split), _read(beam, split)
        assert len(a) == len(b) == _TINY[f"{split}_clips"]
        for one, other in zip(a, b, strict=True):
            for stream in ("video", "masks", "boxes", "actions", "times"):
                np.testing.assert_array_equal(one[stream], other[stream])
            for group in ("content", "pose", "instance"):
                for name, value in one[group].items():
                    np.testing.assert_array_equal(value, other[group][name])


_HASH = """
import hashlib, sys
from mipae_tf.data_builders.bouncing_shapes.shapes_config import ShapesConfig
from mipae_tf.data_builders.bouncing_shapes.shapes_scene import ShapesScene
scene = ShapesScene(ShapesConfig("test", **eval(sys.argv[1])))
clip = scene.clip("train", 11)[1]
pose = b"".join(value.tobytes() for value in clip["pose"].values())
print(hashlib.sha256(clip["video"].tobytes() + pose).hexdigest())
"""


@pytest.mark.slow
def test_another_process_simulates_the_same_clip():
    hashes = set()
    for seed in ("1", "2"):
        environment = {"PYTHONPATH": str(_ROOT), "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", _HASH, repr(_EVERYTHING)],
            env=os.environ | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        hashes.add(done.stdout.split()[-1])
    scene = bouncing_shapes.ShapesScene(ShapesConfig("test", **_EVERYTHING))
    for index in (3, 11):  # after another clip
        clip = scene.clip("train", index)[1]
    pose = b"".join(value.tobytes() for value in clip["pose"].values())
    hashes.add(hashlib.sha256(clip["video"].tobytes() + pose).hexdigest())
    assert len(hashes) == 1
