import shutil
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_mnist import idx_files
from mipae_tf.data_builders.moving_mnist import (
    moving_mnist_dataset_builder as moving_mnist,
)
from mipae_tf.data_builders.moving_mnist.digits_config import DigitsConfig

_TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}
_DUMMY = moving_mnist.Builder.code_path.parent / "dummy_data"
# The dummy files hold fewer digits than the real ones.
_SHAPES = [(24, 28, 28), (24,), (6, 28, 28), (6,)]
_DOWNLOAD = "tensorflow_datasets.core.download.DownloadManager.download"
_FILES = dict(zip(idx_files.FILES, _SHAPES, strict=True))


@pytest.fixture(autouse=True)
def few_digits(request):
    if "real_data" in request.fixturenames:
        yield
        return
    with mock.patch.dict(idx_files.FILES, _FILES):
        yield


class MovingMnistTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = moving_mnist.Builder
    SPLITS = {"train": 4, "validation": 2, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [DigitsConfig("two", num_frames=3, **_TINY)]


@pytest.mark.slow
class StochasticMovingMnistTest(MovingMnistTest):
    BUILDER_CONFIG_NAMES_TO_TEST = [
        DigitsConfig(
            "walls", num_frames=9, colour=False, bounce="redraw", **_TINY
        ),
    ]


def _builder(folder) -> moving_mnist.Builder:
    config = DigitsConfig("tiny", num_frames=3, **_TINY)
    return moving_mnist.Builder(config=config, data_dir=folder)


def _prepare(builder, manual_dir) -> None:
    config = tfds.download.DownloadConfig(manual_dir=manual_dir)
    builder.download_and_prepare(download_config=config)


def test_published_configurations():
    configs = moving_mnist.Builder.builder_configs
    published = configs["colour_published"]
    assert (published.min_speed, published.max_speed) == (-4, 3)
    assert (configs["colour"].min_speed, configs["colour"].max_speed) == (-4, 4)
    assert configs["colour_small"].split_sizes()["train"] == 2_000
    assert not configs["grey"].colour
    assert configs["stochastic"].bounce == "redraw"
    assert configs["stochastic_colour"].colour
    assert configs["stochastic_colour"].bounce == "redraw"
    standard = configs["mnist_test_seq"]
    assert (standard.test_clips, standard.num_frames) == (10_000, 20)
    assert (standard.digit_size, standard.step) == (28, 0.1)


_PUBLISHED = {"colour": False, "num_frames": 3, "published_test": True}


@pytest.fixture
def manual(tmp_path):
    """A manual folder with two test clips of three frames."""
    folder = tmp_path / "manual"
    shutil.copytree(_DUMMY, folder)
    rng = np.random.default_rng(0)
    clips = rng.integers(256, size=(3, 2, 64, 64), dtype=np.uint8)
    np.save(folder / "mnist_test_seq.npy", clips)
    return folder


def test_published_test_clips(tmp_path, manual):
    configs = [
        DigitsConfig("published", **_TINY | _PUBLISHED),
        DigitsConfig("drawn", **_TINY | _PUBLISHED | {"published_test": False}),
    ]
    published, drawn = (
        moving_mnist.Builder(config=config, data_dir=tmp_path)
        for config in configs
    )
    for builder in (published, drawn):
        _prepare(builder, manual)
    assert published.info.metadata["factors"] == []
    assert set(published.info.features) == {"video", "content", "pose"}
    found = list(tfds.as_numpy(published.as_dataset(split="test")))
    clips = np.stack([clip["video"][..., 0] for clip in found], 1)
    np.testing.assert_array_equal(clips, np.load(manual / "mnist_test_seq.npy"))
    for one, other in zip(
        *(
            tfds.as_numpy(builder.as_dataset(split="train"))
            for builder in (published, drawn)
        ),
        strict=True,
    ):
        np.testing.assert_array_equal(one["video"], other["video"])
    with pytest.raises(ValueError, match="published have no factors"):
        published.render({}, {})


@pytest.mark.parametrize("damage", ["shape", "truncated", "text"])
def test_another_file_of_test_clips_is_refused(tmp_path, manual, damage):
    path = manual / "mnist_test_seq.npy"
    clips, raw = np.load(path), path.read_bytes()
    if damage == "shape":
        np.save(path, clips.swapaxes(0, 1))
    else:
        path.write_bytes(raw[:-9] if damage == "truncated" else b"<html>")
    config = DigitsConfig("published", **_TINY | _PUBLISHED)
    builder = moving_mnist.Builder(config=config, data_dir=tmp_path / "data")
    with pytest.raises(
        ValueError, match=r"_seq.npy must be a file of uint8 \[3, 2, 64, 64\]"
    ):
        _prepare(builder, manual)
    assert not list((tmp_path / "data").glob("moving_mnist/published/*"))


def test_a_built_dataset_can_be_rendered_without_its_sources(tmp_path):
    _prepare(_builder(tmp_path), _DUMMY)
    builder = _builder(tmp_path)
    for clip in tfds.as_numpy(builder.as_dataset(split="test")):
        video = builder.render(clip["content"], clip["pose"], clip["instance"])
        np.testing.assert_array_equal(video, clip["video"])
    assert not builder.has_static
    with pytest.raises(ValueError, match="'index_0' has no size"):
        builder.sample_static(1, 0)


def test_stochastic_walls_have_futures(tmp_path):
    assert not _builder(tmp_path).has_futures
    config = DigitsConfig("walls", bounce="redraw", **_TINY)
    builder = moving_mnist.Builder(config=config, data_dir=tmp_path)
    assert builder.has_futures
    before, last = np.array([[10, 10]]), np.array([[12, 9]])
    found = builder.sample_futures(before, last, 3, seed=0)
    np.testing.assert_array_equal(found, [[[14, 8], [16, 7], [18, 6]]])


def test_an_unbuilt_dataset_is_refused(tmp_path):
    with pytest.raises(ValueError, match="build it first"):
        _builder(tmp_path).scene()


def test_the_files_are_downloaded_if_the_manual_folder_has_none(
    tmp_path,
):
    def download(_, urls):
        assert set(urls.values()) < set(moving_mnist.Builder.url_infos)
        return {name: _DUMMY / name for name in urls}

    builder = _builder(tmp_path / "data")
    with mock.patch(_DOWNLOAD, download):
        _prepare(builder, tmp_path / "nothing")
    assert builder.info.splits["train"].num_examples == 4


def test_a_later_version_uses_the_digits_of_an_earlier_one(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(
        moving_mnist.Builder, "VERSION", tfds.core.Version("1.0.0")
    )
    _prepare(_builder(tmp_path), _DUMMY)
    monkeypatch.undo()
    builder = _builder(tmp_path)
    with mock.patch(_DOWNLOAD, side_effect=AssertionError("downloads")):
        _prepare(builder, tmp_path / "nothing")
    names = {path.name for path in builder.data_path.parent.iterdir()}
    assert names == {"1.0.0", "1.1.0"}
    old, new = (
        tfds.builder_from_directory(builder.data_path.parent / version)
        for version in ("1.0.0", "1.1.0")
    )
    for split in ("train", "test"):
        for one, other in zip(
            *(tfds.as_numpy(b.as_dataset(split=split)) for b in (old, new)),
            strict=True,
        ):
            np.testing.assert_array_equal(one["video"], other["video"])
            assert one["instance"] == other["instance"]
    clip = next(iter(tfds.as_numpy(builder.as_dataset(split="test"))))
    video = builder.render(clip["content"], clip["pose"], clip["instance"])
    np.testing.assert_array_equal(video, clip["video"])


@pytest.mark.parametrize("damage", ["lacking", "truncated"])
def test_a_damaged_folder_is_refused_and_leaves_no_files(tmp_path, damage):
    manual = tmp_path / "manual"
    shutil.copytree(_DUMMY, manual)
    name = "t10k-images-idx3-ubyte.gz"
    if damage == "lacking":
        (manual / name).unlink()
    else:
        (manual / name).write_bytes((_DUMMY / name).read_bytes()[:60])
    with pytest.raises(ValueError, match=name):
        _prepare(_builder(tmp_path / "data"), manual)
    assert not list((tmp_path / "data").glob("moving_mnist/tiny/*"))


def test_real_digits(real_data, tmp_path):
    builder = _builder(tmp_path)
    _prepare(builder, real_data / "mnist")
    for clip in tfds.as_numpy(builder.as_dataset(split="test")):
        assert min(clip["instance"].values()) >= 60_000
        assert clip["masks"].sum((1, 2)).min() > 20
    assert builder.scene().digits.numbers("validation") == (55_000, 60_000)
