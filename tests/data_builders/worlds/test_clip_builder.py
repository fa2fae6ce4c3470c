"""Tests of the base builder, on moving dSprites."""

import mipae_tf.data_builders.all  # noqa: F401  (registers the builders)
import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.factors import Factor
from mipae_tf.data_builders.factors import from_metadata
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig

_SIZES = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}


def _build(folder, name, **fields) -> tfds.core.DatasetBuilder:
    config = SpritesConfig(name, num_frames=3, **_SIZES | fields)
    builder = tfds.builder("moving_dsprites", config=config, data_dir=folder)
    builder.download_and_prepare()
    return builder


def _read(builder, split) -> list[dict]:
    return list(tfds.as_numpy(builder.as_dataset(split=split)))


@pytest.mark.slow
def test_beam_and_the_loop_write_the_same_clips(tmp_path):
    plain = _build(tmp_path, "plain")
    beam = _build(tmp_path, "beam", beam_above=1)
    for split in ("train", "validation", "test"):
        a, b = _read(plain, split), _read(beam, split)
        assert len(a) == len(b) == _SIZES[f"{split}_clips"]
        for one, other in zip(a, b, strict=True):
            np.testing.assert_array_equal(one["video"], other["video"])
            assert one["content"] == other["content"]


def test_metadata_declares_the_factors_of_the_features(tmp_path):
    builder = _build(tmp_path, "plain")
    loaded = tfds.builder_from_directory(builder.data_path)
    factors = from_metadata(loaded.info.metadata)
    assert factors == builder.scene().factors
    assert factors[-1] == Factor("y_1", "position", True, 32, 1, "y")
    features = loaded.info.features
    for group in ("content", "pose"):
        names = {factor.name for factor in factors if factor.group == group}
        assert names == set(features[group])
    for factor in factors:
        if factor.group == "content":
            assert features["content"][factor.name].num_classes == factor.size
    assert features["content"]["shape_0"].names[2] == "heart"
    assert loaded.info.metadata["sprites"] == "drawn"


def test_render_reproduces_a_stored_clip(tmp_path):
    builder = _build(tmp_path, "plain")
    for clip in _read(builder, "test"):
        video = builder.render(clip["content"], clip["pose"])
        np.testing.assert_array_equal(video, clip["video"])
