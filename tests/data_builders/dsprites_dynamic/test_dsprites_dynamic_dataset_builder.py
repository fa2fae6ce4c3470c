import numpy as np
import tensorflow_datasets as tfds
from mipae_tf.data_builders.dsprites_dynamic import (
    dsprites_dynamic_dataset_builder as dsprites_dynamic,
)
from mipae_tf.data_builders.dsprites_static.product_scene import ProductScene
from mipae_tf.data_builders.dsprites_static.properties import COLOURS

DynamicConfig = dsprites_dynamic.DynamicConfig


class DspritesDynamicTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = dsprites_dynamic.Builder
    SPLITS = {"train": 4, "validation": 2, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [
        DynamicConfig(
            "tiny",
            num_frames=3,
            train_clips=4,
            validation_clips=2,
            test_clips=2,
        )
    ]


def test_every_combination_is_one_clip_of_one_split():
    config = DynamicConfig("test")
    parts = config.combinations()
    assert {name: len(part) for name, part in parts.items()} == (
        config.split_sizes()
    )
    assert config.split_sizes() == {
        "train": 20_412,
        "validation": 4_374,
        "test": 4_374,
    }
    assert config.sizes() == (9, 3, 6, 5, 6, 6)
    every = np.concatenate(list(parts.values()))
    np.testing.assert_array_equal(np.sort(every), np.arange(29_160))


def test_motions():
    scene = ProductScene(DynamicConfig("test", num_frames=18))
    expected = {
        "right_1x": [*range(0, 32, 2), 28, 26],
        "left_1x": [*range(31, 0, -2), 3, 5],
        "right_2x": [0, 4, 8, 12, 16, 20, 24, 28, 24, 20, 16, 12, 8, 4, 0, 4],
        "left_2x": [31, 27, 23, 19, 15, 11, 7, 3, 7, 11, 15, 19, 23, 27, 31],
        "mid_right": [*range(16, 32), 30, 29],
        "mid_left": [*range(16, -1, -1), 1],
    }
    assert scene.labels["x_motion"] == tuple(expected)
    assert scene.labels["y_motion"][:3] == ("down_1x", "up_1x", "down_2x")
    for number, path in enumerate(expected.values()):
        values = scene.values_of((0, 0, 0, 0, number, number))
        for axis in "xy":
            assert values[axis][: len(path)].tolist() == path


def test_the_factors_say_what_the_pixels_show():
    scene = ProductScene(DynamicConfig("test"))
    areas = {}
    for index in range(40):
        _, clip = scene.clip("test", index)
        content, pose = clip["content"], clip["pose"]
        masks = clip["masks"][..., 0]
        np.testing.assert_array_equal(masks, clip["video"].any(-1))
        rgb = list(COLOURS.values())[content["colour"]]
        assert (clip["video"][masks > 0] == rgb).all()
        offsets = []  # of the centroid from the position
        for time, mask in enumerate(masks):
            rows, columns = np.nonzero(mask)
            centre = [15.5 + 32 * pose[axis][time] / 31 for axis in "xy"]
            offsets.append(
                np.array([columns.mean(), rows.mean()]) - np.array(centre)
            )
        offsets = np.array(offsets)  # [time, 2]
        # The sprite moves as its positions do, and does not change.
        assert np.ptp(offsets, axis=0).max() < 0.8
        assert abs(offsets).max() < (2.2 if content["shape"] == 2 else 0.6)
        area = masks.sum((1, 2)).mean()
        areas.setdefault((content["shape"], content["scale"]), []).append(area)
        if content["shape"] == 1:
            angle = 2 * np.pi * 2 * content["orientation"] / 39
            rows, columns = np.nonzero(masks[0])
            moments = np.cov(np.stack([columns, rows]))
            long = np.linalg.eigh(moments)[1][:, -1]
            assert abs(long @ [np.cos(angle), -np.sin(angle)]) > 0.97
    for (shape, scale), found in areas.items():
        size = np.sqrt(np.mean(found) / np.mean(areas[shape, 5]))
        assert abs(size - (0.5 + 0.1 * scale)) < 0.03


def test_static_frames_do_not_show_motions():
    scene = ProductScene(DynamicConfig("test"))
    frames, content, pose = scene.sample_static(20, seed=2)
    assert set(content) == {"colour", "shape", "scale", "orientation"}
    assert set(pose) == {"x", "y"}
    assert frames.shape == (20, 64, 64, 3)
