import gzip
import os
import pathlib
import shutil
import tempfile
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.small_norb_video import norb_files
from mipae_tf.data_builders.small_norb_video import norb_scene
from mipae_tf.data_builders.small_norb_video import (
    small_norb_video_dataset_builder as small_norb_video,
)
from mipae_tf.data_builders.small_norb_video.norb_config import NorbConfig

TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}
SPLITS = {"train": 4, "validation": 2, "test": 2}
# 40 sweeps instead of 2,700.
SIZES = {
    "category": 2,
    "instance": 10,
    "elevation": 2,
    "lighting": 1,
    "azimuth": 3,
}
COUNT = 2 * 5 * 2 * 1 * 3
CONFIG = NorbConfig("tiny", frame_size=96, num_frames=4, **TINY)
SMALL = NorbConfig("small", num_frames=4, **TINY)
DOWNLOAD = "tensorflow_datasets.core.download.DownloadManager.download"
FOLDER = tempfile.TemporaryDirectory()


@pytest.fixture(autouse=True)
def few_sweeps():
    with mock.patch.dict(norb_scene.SIZES, SIZES):
        yield


def parts():
    """The columns of the info file and the category, of both parts."""
    names = ("category", "instance", "elevation", "azimuth", "lighting")
    for instances in ((4, 6, 7, 8, 9), (0, 1, 2, 3, 5)):
        ranges = [
            instances if name == "instance" else range(SIZES[name])
            for name in names
        ]
        grid = np.stack(np.meshgrid(*ranges, indexing="ij"), -1)
        rows = grid.reshape(-1, len(names))
        yield np.random.default_rng(0).permutation(rows)


def pictures(rows: np.ndarray) -> np.ndarray:
    """Pairs of images with the factors as rows of grey, the right one white."""
    pairs = np.full((len(rows), 2, 96, 96), 255, np.uint8)
    pairs[:, 0] = 0
    for place in range(rows.shape[1]):
        band = slice(12 * place, 12 * place + 12)
        pairs[:, 0, band] = 10 * rows[:, place, None, None]
    return pairs


def seen(video: np.ndarray) -> dict[str, np.ndarray]:
    """The factors of frames `[time, size, size, 1]` from their pixels."""
    step = 12 * video.shape[1] // 96
    names = ("category", "instance", "elevation", "azimuth", "lighting")
    return {
        name: video[:, step * place + step // 2, 5, 0] // 10
        for place, name in enumerate(names)
    }


def write_matrix(path, array) -> None:
    magic = {1: 0x1E3D4C55, 4: 0x1E3D4C54}[array.itemsize]
    sizes = array.shape + (1,) * (3 - array.ndim)
    header = np.array([magic, array.ndim, *sizes], "<i4").tobytes()
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "wb") as file:
        file.write(header + array.tobytes())


@pytest.fixture(scope="module", autouse=True)
def manual():
    folder = pathlib.Path(FOLDER.name)
    names = iter(norb_files.NAMES)
    for rows in parts():
        info = rows[:, 1:].astype("<i4")
        info[:, 2] *= 2
        write_matrix(folder / next(names), pictures(rows))
        write_matrix(folder / next(names), rows[:, 0].astype("<i4"))
        # Either kind of file is found.
        write_matrix(folder / next(names).removesuffix(".gz"), info)
    yield folder
    FOLDER.cleanup()


class SmallNorbVideoTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = small_norb_video.Builder
    SPLITS = SPLITS
    BUILDER_CONFIG_NAMES_TO_TEST = [CONFIG]
    MOCK_OUT_FORBIDDEN_OS_FUNCTIONS = False  # the images are local files
    EXAMPLE_DIR = FOLDER.name


def built(folder, manual_dir, config=CONFIG):
    builder = small_norb_video.Builder(config=config, data_dir=folder)
    builder.download_and_prepare(
        download_config=tfds.download.DownloadConfig(manual_dir=manual_dir)
    )
    return small_norb_video.Builder(config=config, data_dir=folder)


def check(builder) -> None:
    for split, count in SPLITS.items():
        clips = list(tfds.as_numpy(builder.as_dataset(split=split)))
        assert len(clips) == count
        for clip in clips:
            found = seen(clip["video"])
            for name, values in {**clip["content"], **clip["pose"]}.items():
                assert (found[name] == values).all(), name
            test = clip["content"]["instance"] in (0, 1, 2, 3, 5)
            assert test == (split == "test")
            video = builder.render(clip["content"], clip["pose"])
            np.testing.assert_array_equal(video, clip["video"])
    frames, content, pose = builder.sample_static(50, seed=0)
    found = seen(frames)
    for name, values in {**content, **pose}.items():
        np.testing.assert_array_equal(found[name], values)


def test_clips_show_their_factors_and_share_the_images(tmp_path, manual):
    builder = built(tmp_path, manual)
    check(builder)
    assert builder.info.features["video"].shape == (4, 96, 96, 1)
    with mock.patch(DOWNLOAD, side_effect=AssertionError("downloads")):
        small = built(tmp_path, tmp_path / "nothing", SMALL)
    check(small)
    assert small.info.features["video"].shape == (4, 64, 64, 1)
    one, other = (b.data_path / "images.npy" for b in (builder, small))
    assert os.path.samefile(one, other)


def test_the_dataset_of_tfds_is_used(tmp_path, monkeypatch):
    def examples(rows):
        for key, (row, pair) in enumerate(zip(rows, pictures(rows))):
            category, instance, elevation, azimuth, lighting = row
            yield (
                key,
                {
                    "image": pair[0, :, :, None],
                    "image2": pair[1, :, :, None],
                    "label_category": category,
                    "instance": instance,
                    "label_elevation": elevation,
                    "label_azimuth": azimuth,
                    "label_lighting": lighting,
                },
            )

    source = tfds.builder("smallnorb", data_dir=tmp_path)
    monkeypatch.setattr(
        type(source),
        "_split_generators",
        lambda *_: dict(zip(("train", "test"), map(examples, parts()))),
    )
    source.download_and_prepare()
    builder = small_norb_video.Builder(config=CONFIG, data_dir=tmp_path)
    found = builder.source(mock.Mock(manual_dir=tmp_path))
    assert found.name == str(source.data_path)
    count = 0
    for images, values in found.blocks:
        category, instance, elevation, lighting, azimuth = values
        rows = category, instance, elevation, azimuth, lighting
        wanted = pictures(np.stack(rows, -1))[:, 0, :, :, None]
        np.testing.assert_array_equal(images, wanted)
        count += len(images)
    assert count == 2 * COUNT
    path = next(source.data_path.glob("*test.tfrecord*"))
    os.truncate(path, path.stat().length - 9)
    found = builder.source(mock.Mock(manual_dir=tmp_path))
    with pytest.raises(ValueError, match="smallnorb/2.0.0 cannot be read"):
        list(found.blocks)


def test_files_are_downloaded_otherwise(tmp_path, manual):
    builder = small_norb_video.Builder(config=CONFIG, data_dir=tmp_path)
    manager = mock.Mock(manual_dir=tmp_path)
    manager.download.return_value = norb_files.find(manual)
    images, _ = next(iter(builder.source(manager).blocks))
    assert images.shape == (COUNT, 96, 96, 1)
    (urls,) = manager.download.call_args.args
    assert set(urls.values()) == set(builder.url_infos)
    manager.download.side_effect = OSError("no network")
    with pytest.raises(ValueError) as error:
        builder.source(manager)
    message = str(error.value)
    assert "cannot be downloaded (no network); put them in the" in message
    assert norb_files.NAMES[0] in message and "\n" not in message


def damage(folder, how) -> str:
    """Damages the folder and returns the name of the file."""
    name = norb_files.NAMES[5].removesuffix(".gz")
    if how == "missing":
        (folder / name).unlink()
    elif how == "truncated":
        os.truncate(folder / name, COUNT * 16 + 19)
    elif how == "longer":
        with open(folder / name, "ab") as file:
            file.write(b"more")
    elif how == "shape":
        write_matrix(folder / name, np.zeros((COUNT, 5), "<i4"))
    elif how == "type":
        write_matrix(folder / name, np.zeros((COUNT, 4), np.uint8))
    elif how == "values":
        write_matrix(folder / name, np.full((COUNT, 4), 20, "<i4"))
        name = "small NORB has factors outside of"
    elif how == "twice":
        write_matrix(folder / name, np.zeros((COUNT, 4), "<i4"))
        name = "small NORB has two images of the same factors"
    elif how == "bits":
        name = norb_files.NAMES[3]
        content = bytearray((folder / name).read_bytes())
        content[-8] ^= 1  # of the CRC
        (folder / name).write_bytes(content)
    elif how == "folder":
        (folder / name).unlink()
        (folder / name).mkdir()
    return name


@pytest.mark.parametrize(
    "how, reason",
    [
        ("missing", "it must contain all 6 files"),
        ("truncated", "(it is truncated); replace it"),
        ("longer", "(it is too long); replace it"),
        ("shape", "int32 [60, 4] as small NORB has (it has another header)"),
        ("type", "another header"),
        ("values", "replace it"),
        ("twice", "replace it"),
        ("bits", "(CRC check failed"),
        ("folder", "(Is a directory)"),
    ],
)
def test_damaged_files_are_refused(tmp_path, manual, how, reason):
    folder = tmp_path / "manual"
    shutil.copytree(manual, folder)
    name = damage(folder, how)
    with pytest.raises(ValueError) as error:
        built(tmp_path / "data", folder)
    message = str(error.value)
    assert name in message and reason in message and "\n" not in message
    assert not list((tmp_path / "data").glob("small_norb_video/tiny/*"))


def test_an_unbuilt_dataset_is_refused(tmp_path):
    builder = small_norb_video.Builder(config=CONFIG, data_dir=tmp_path)
    with pytest.raises(ValueError, match="build it first"):
        builder.scene()


def test_published_configurations():
    configs = small_norb_video.Builder.builder_configs
    assert configs["azimuth"].frame_size == 64
    assert configs["azimuth_96"].frame_size == 96
    assert configs["azimuth_small"].train_clips == 2_000


def test_headers_of_the_true_size(tmp_path):
    """As the publishers describe the format, in a file that takes no space."""
    path = tmp_path / "training-dat.mat"
    header = [0x1E3D4C55, 4, 24_300, 2, 96, 96]
    path.write_bytes(np.array(header, "<i4").tobytes())
    shape = (24_300, 2, 96, 96)
    os.truncate(path, 24 + int(np.prod(shape)))
    first = next(norb_files._matrix(path, "u1", shape))
    assert first.shape == (900, 2, 96, 96)
