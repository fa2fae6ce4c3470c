"""What the builders inherit, shown on moving dSprites."""

import mipae_tf.data_builders.all  # noqa: F401  (registers the builders)
import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig

_SIZES = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}


def _build(folder, name, **fields) -> tfds.core.DatasetBuilder:
    config = SpritesConfig(name, num_frames=3, **_SIZES | fields)
    builder = tfds.builder("moving_dsprites", config=config, data_dir=folder)
    builder.download_and_prepare()
    return builder


def _read(builder, split) -> list[dict]:
    return list(tfds.as_numpy(builder.as_dataset(split=split)))


def test_beam_and_the_plain_loop_write_the_same(tmp_path):
    plain = _build(tmp_path, "plain")
    beam = _build(tmp_path, "beam", beam_above=1)
    for split in ("train", "validation", "test"):
        a, b = _read(plain, split), _read(beam, split)
        assert len(a) == len(b) == _SIZES[f"{split}_clips"]
        for one, other in zip(a, b, strict=True):
            np.testing.assert_array_equal(one["video"], other["video"])
            assert one["content"] == other["content"]


def test_metadata_gives_the_cardinalities_that_the_labels_have(tmp_path):
    builder = _build(tmp_path, "plain")
    loaded = tfds.builder_from_directory(builder.data_path)
    factors = loaded.info.metadata["factors"]
    assert factors["pose"] == {"x_0": 32, "y_0": 32, "x_1": 32, "y_1": 32}
    features = loaded.info.features
    assert set(factors["content"]) == set(features["content"])
    for name, size in factors["content"].items():
        assert features["content"][name].num_classes == size
    assert features["content"]["shape_0"].names[2] == "heart"
    assert loaded.info.metadata["sprites"] == "drawn"


def test_render_gives_a_stored_clip_back(tmp_path):
    builder = _build(tmp_path, "plain")
    for clip in _read(builder, "test"):
        video = builder.render(clip["content"], clip["pose"])
        np.testing.assert_array_equal(video, clip["video"])
