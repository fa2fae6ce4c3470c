import shutil
from unittest import mock

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_mnist import idx_files
from mipae_tf.data_builders.moving_mnist_on_cifar10 import cifar_files
from mipae_tf.data_builders.moving_mnist_on_cifar10 import (
    moving_mnist_on_cifar10_dataset_builder as overlay,
)
from mipae_tf.data_builders.moving_mnist_on_cifar10.overlay_config import (
    OverlayConfig,
)

_TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}
_TINY |= {"num_frames": 3, "frame_size": 16}
_DUMMY = overlay.Builder.code_path.parent / "dummy_data"
_SHAPES = [(24, 28, 28), (24,), (6, 28, 28), (6,)]
_FILES = dict(zip(idx_files.FILES, _SHAPES, strict=True))
_DOWNLOAD = "tensorflow_datasets.core.download.DownloadManager.download"


@pytest.fixture(autouse=True)
def few_digits(request):
    if "real_data" in request.fixturenames:
        yield
        return
    with mock.patch.dict(idx_files.FILES, _FILES):
        yield


class MovingMnistOnCifar10Test(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = overlay.Builder
    SPLITS = {"train": 4, "validation": 2, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [OverlayConfig("images", **_TINY)]


def _builder(folder, name="tiny", **fields) -> overlay.Builder:
    config = OverlayConfig(name, **_TINY | fields)
    return overlay.Builder(config=config, data_dir=folder)


def _prepare(builder, manual_dir) -> None:
    config = tfds.download.DownloadConfig(manual_dir=manual_dir)
    builder.download_and_prepare(download_config=config)


def _read(builder, split="test") -> list[dict]:
    return list(tfds.as_numpy(builder.as_dataset(split=split)))


def test_configurations():
    configs = overlay.Builder.builder_configs
    assert next(iter(configs)) == "cifar10_64"
    full = configs["cifar10_128"]
    assert (full.frame_size, full.digit_size, full.num_frames) == (128, 42, 32)
    assert configs["smooth_32_large"].digit_size == 14
    assert all(name.startswith(c.backgrounds) for name, c in configs.items())


def test_a_built_dataset_can_be_rendered_without_its_sources(tmp_path):
    _prepare(_builder(tmp_path), _DUMMY)
    builder = _builder(tmp_path)
    for clip in _read(builder):
        video = builder.render(clip["content"], clip["pose"], clip["instance"])
        np.testing.assert_array_equal(video, clip["video"])
    assert not builder.has_static


@pytest.mark.slow
@pytest.mark.parametrize("backgrounds", ["smooth", "black"])
def test_backgrounds_without_files(tmp_path, backgrounds):
    """With Beam, whose clips must be those of the loop."""
    plain = _builder(tmp_path, "plain", backgrounds=backgrounds)
    beam = _builder(tmp_path, "beam", backgrounds=backgrounds, beam_above=1)
    for builder in (plain, beam):
        _prepare(builder, _DUMMY)
    for one, other in zip(_read(plain), _read(beam), strict=True):
        np.testing.assert_array_equal(one["video"], other["video"])
        video = beam.render(one["content"], one["pose"], one["instance"])
        np.testing.assert_array_equal(video, one["video"])
    assert not (beam.data_path / "backgrounds.npz").exists()


def test_files_that_are_not_there_are_downloaded(tmp_path):
    """The archive is read as it is: tfds has checked its SHA-256."""
    asked = []

    def download(_, urls):
        asked.extend(urls.values())
        if cifar_files.ARCHIVE in urls:
            return {cifar_files.ARCHIVE: _DUMMY / "cifar10.npz"}
        return {name: _DUMMY / name for name in urls}

    builder = _builder(tmp_path / "data")
    with (
        mock.patch(_DOWNLOAD, download),
        mock.patch.object(cifar_files, "read_archive", cifar_files.read),
    ):
        _prepare(builder, tmp_path / "nothing")
    assert len(asked) == 5
    assert set(asked) == set(overlay.Builder.url_infos)
    assert len(_read(builder, "train")) == 4


def test_no_network(tmp_path):
    error = ConnectionError("Failed to resolve 'www.cs.toronto.edu'\nmore")
    digits = tmp_path / "manual" / "mnist"
    shutil.copytree(_DUMMY, digits, ignore=shutil.ignore_patterns("*.npz"))
    with (
        mock.patch(_DOWNLOAD, side_effect=error),
        pytest.raises(
            ValueError,
            match="(?s)binary.tar.gz cannot be downloaded"
            r" \(Failed .*edu'\); get cifar-10-binary.* --manual_dir\.$",
        ),
    ):
        _prepare(_builder(tmp_path / "data"), tmp_path / "manual")
    assert not list((tmp_path / "data").rglob("*.npz"))


def test_a_damaged_file_is_named_and_nothing_is_left(tmp_path):
    manual = tmp_path / "manual"
    shutil.copytree(_DUMMY, manual)
    (manual / "cifar10.npz").write_bytes(b"PK nothing")
    with pytest.raises(ValueError, match="cifar10.npz cannot be read"):
        _prepare(_builder(tmp_path / "data"), manual)
    assert not list((tmp_path / "data").rglob("*.npz"))
    assert not list((tmp_path / "data").rglob("*tfrecord*"))
    with pytest.raises(ValueError, match="build it first"):
        _builder(tmp_path / "data").scene()


@pytest.mark.slow
def test_real_files(real_data, tmp_path):
    builder = _builder(tmp_path, min_digits=2, frame_size=64)
    _prepare(builder, real_data)
    for clip in _read(builder):
        assert clip["masks"].sum((1, 2)).min() > 20
        assert clip["instance"]["background_index"] >= 2000
        assert clip["instance"]["index_0"] >= 60_000
