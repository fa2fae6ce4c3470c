import math
import os
import pathlib
import shutil
import tempfile
from unittest import mock

import h5py
import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.shapes3d_video import room_scene
from mipae_tf.data_builders.shapes3d_video import (
    shapes3d_video_dataset_builder as shapes3d_video,
)
from mipae_tf.data_builders.shapes3d_video import shapes_file
from mipae_tf.data_builders.shapes3d_video.room_config import RoomConfig

TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}
SPLITS = {"train": 4, "validation": 2, "test": 2}
TRUE = dict(room_scene.SIZES)
# 24 contents instead of 32,000.
SIZES = {
    "floor_hue": 2,
    "wall_hue": 2,
    "object_hue": 1,
    "scale": 2,
    "shape": 3,
    "orientation": 5,
}
CONFIG = RoomConfig("tiny", num_frames=4, **TINY)
FOLDER = tempfile.TemporaryDirectory()


@pytest.fixture(autouse=True)
def few_contents():
    with mock.patch.dict(room_scene.SIZES, SIZES):
        yield


def classes(sizes) -> np.ndarray:
    """All combinations, `[images, factors]`, the last one varying fastest."""
    sizes = tuple(sizes.values())
    every = np.unravel_index(np.arange(math.prod(sizes)), sizes)
    return np.stack(every, -1)


def pictures(rows: np.ndarray) -> np.ndarray:
    """Images whose first row begins with the classes."""
    images = np.zeros((len(rows), 64, 64, 3), np.uint8)
    images[:, 0, : rows.shape[1], 1] = 20 * rows
    return images


def seen(video: np.ndarray) -> dict[str, np.ndarray]:
    names = enumerate(SIZES)
    return {name: video[:, 0, place, 1] // 20 for place, name in names}


def values_of(rows, sizes) -> np.ndarray:
    """The published values of the classes."""
    low = np.array([0, 0, 0, 0.75, 0, -30])
    high = np.array([0.9, 0.9, 0.9, 1.25, sizes["shape"] - 1, 30])
    last = np.maximum(np.array(list(sizes.values())) - 1, 1)
    return low + (high - low) * rows / last


@pytest.fixture(scope="module", autouse=True)
def manual():
    folder = pathlib.Path(FOLDER.name)
    with h5py.File(folder / shapes_file.FILE_NAME, "w") as file:
        rows = classes(SIZES)
        file.create_dataset("images", data=pictures(rows), compression="gzip")
        file["labels"] = values_of(rows, SIZES)
    yield folder
    FOLDER.cleanup()


class Shapes3dVideoTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = shapes3d_video.Builder
    SPLITS = SPLITS
    BUILDER_CONFIG_NAMES_TO_TEST = [CONFIG]
    MOCK_OUT_FORBIDDEN_OS_FUNCTIONS = False  # the images are local files
    EXAMPLE_DIR = FOLDER.name


def built(folder, manual_dir):
    builder = shapes3d_video.Builder(config=CONFIG, data_dir=folder)
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(manual_dir=manual_dir)
    )
    return shapes3d_video.Builder(config=CONFIG, data_dir=folder)


def check(builder) -> None:
    contents = {}
    for split, count in SPLITS.items():
        clips = list(tfds.as_numpy(builder.as_dataset(split=split)))
        assert len(clips) == count
        for clip in clips:
            found = seen(clip["video"])
            for name, values in {**clip["content"], **clip["pose"]}.items():
                assert (found[name] == values).all(), name
            video = builder.render(clip["content"], clip["pose"])
            np.testing.assert_array_equal(video, clip["video"])
        contents[split] = {str(clip["content"]) for clip in clips}
    assert not contents["test"] & (contents["train"] | contents["validation"])
    frames, content, pose = builder.sample_static(50, seed=0)
    found = seen(frames)
    for name, values in {**content, **pose}.items():
        np.testing.assert_array_equal(found[name], values)


def test_clips_of_the_file_show_their_factors(tmp_path, manual, monkeypatch):
    monkeypatch.setattr(shapes_file, "_STEP", 50)
    check(built(tmp_path, manual))


def test_the_dataset_of_tfds_is_used(tmp_path, monkeypatch):
    def examples():
        rows = np.random.default_rng(0).permutation(classes(SIZES))
        values = values_of(rows, SIZES).astype(np.float32)
        for key, image in enumerate(pictures(rows)):
            labels = {f"label_{n}": v for n, v in zip(SIZES, rows[key])}
            levels = {f"value_{n}": v for n, v in zip(SIZES, values[key])}
            yield key, {"image": image, **labels, **levels}

    source = tfds.builder("shapes3d", data_dir=tmp_path)
    monkeypatch.setattr(
        type(source), "_split_generators", lambda *_: {"train": examples()}
    )
    source.download_and_prepare()
    builder = shapes3d_video.Builder(config=CONFIG, data_dir=tmp_path)
    found = builder.source(mock.Mock(manual_dir=tmp_path))
    assert found.name == str(source.data_path)
    for images, values in found.blocks:
        np.testing.assert_array_equal(images, pictures(np.stack(values, -1)))


def test_the_file_is_downloaded_otherwise(tmp_path, manual):
    builder = shapes3d_video.Builder(config=CONFIG, data_dir=tmp_path)
    manager = mock.Mock(manual_dir=tmp_path)
    path = manual / shapes_file.FILE_NAME
    manager.download.return_value = {shapes_file.FILE_NAME: path}
    assert builder.source(manager).name == str(path)
    (urls,) = manager.download.call_args.args
    assert set(urls.values()) == set(builder.url_infos)
    wrong = Exception("Artifact has wrong checksum:\n* Expected: 1")
    manager.download.side_effect = wrong
    with pytest.raises(ValueError) as error:
        builder.source(manager)
    assert str(error.value).startswith(
        "3dshapes.h5 cannot be downloaded (Artifact has wrong checksum); put it"
    )
    assert "\n" not in str(error.value)


def damage(path, how) -> None:
    if how == "truncated":
        os.truncate(path, path.stat().st_size - 500)
        return
    if how == "foreign":
        path.write_bytes(b"<html>not found</html>")
        return
    rows = classes(SIZES)
    images, labels = pictures(rows), values_of(rows, SIZES)
    with h5py.File(path, "w") as file:
        if how == "key":
            file["pictures"] = images
        elif how == "shape":
            file["images"], file["labels"] = images[1:], labels[1:]
        elif how == "type":
            file["images"], file["labels"] = images.astype("i2"), labels
        elif how == "values":
            file["images"], file["labels"] = images, 0 * labels
        elif how == "twice":
            file["images"], file["labels"] = images, labels[::-1] + 0
            file["labels"][1] = file["labels"][0]


@pytest.mark.parametrize(
    "how, reason",
    [
        ("truncated", "(Unable to"),
        ("foreign", "(Unable to"),
        ("key", "(it has no 'images')"),
        ("shape", "('images' is [119, 64, 64, 3] but must be [120, 64, 64, 3]"),
        ("type", "('images' is int16, not uint8)"),
        ("values", "(floor_hue has 1 values, not 2)"),
        ("twice", "3dshapes.h5 has two images of the same factors"),
    ],
)
def test_damaged_files_are_refused(tmp_path, manual, how, reason):
    folder = tmp_path / "manual"
    shutil.copytree(manual, folder)
    damage(folder / shapes_file.FILE_NAME, how)
    with pytest.raises(ValueError) as error:
        built(tmp_path / "data", folder)
    message = str(error.value)
    assert str(folder / shapes_file.FILE_NAME) in message
    assert reason in message and "\n" not in message
    assert not list((tmp_path / "data").glob("shapes3d_video/tiny/*"))


def test_a_file_of_the_true_size(tmp_path):
    """480,000 images, which take no space, and their labels."""
    path = tmp_path / shapes_file.FILE_NAME
    rows = classes(TRUE)
    with h5py.File(path, "w") as file:
        file.create_dataset(
            "images", (480_000, 64, 64, 3), "u1", chunks=(4800, 64, 64, 3)
        )
        file["labels"] = values_of(rows, TRUE)
    images, values = next(shapes_file.blocks(path, TRUE))
    assert images.shape == (4_800, 64, 64, 3)
    np.testing.assert_array_equal(np.stack(values, -1), rows[:4_800])


def test_published_configurations():
    configs = shapes3d_video.Builder.builder_configs
    assert configs["orientation"].train_clips == 10_000
    assert configs["orientation_small"].train_clips == 2_000
