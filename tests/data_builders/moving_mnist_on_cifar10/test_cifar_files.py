import hashlib
import tarfile

import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.moving_mnist_on_cifar10 import cifar_files

RECORD = 3073


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Extracted files, with four images in a batch."""
    monkeypatch.setattr(cifar_files, "IMAGES_PER_BATCH", 4)
    own = epath.Path(tmp_path) / cifar_files.FOLDER
    own.mkdir()
    rng = np.random.default_rng(0)
    for name in cifar_files.BATCHES:
        batch = rng.integers(256, size=(4, RECORD), dtype=np.uint8)
        batch[:, 0] %= 10
        (own / name).write_bytes(batch.tobytes())
    return own


@pytest.fixture
def arrays():
    return {
        "x_train": np.arange(5 * 3072, dtype=np.uint8).reshape(5, 32, 32, 3),
        "y_train": np.arange(5),
        "x_test": np.zeros((2, 32, 32, 3), np.uint8),
        "y_test": np.array([[9], [8]]),
    }


def write_npz(tmp_path, arrays) -> epath.Path:
    np.savez(tmp_path / "cifar10_some.npz", **arrays)
    return cifar_files.find(epath.Path(tmp_path))


def test_extracted_files(folder):
    assert cifar_files.find(folder.parent) == folder
    images, labels, num_train = cifar_files.read(folder)
    assert (images.shape, num_train) == ((24, 32, 32, 3), 20)
    last = np.frombuffer((folder / "test_batch.bin").read_bytes(), np.uint8)
    last = last.reshape(4, RECORD)[3]
    assert labels[23] == last[0]
    # Planes of rows: the green value at row 2, column 5.
    assert images[23, 2, 5, 1] == last[1 + 1024 + 2 * 32 + 5]


def test_the_archive_has_the_same_images(folder, tmp_path, monkeypatch):
    path = tmp_path / "cifar10" / cifar_files.ARCHIVE
    path.parent.mkdir()
    with tarfile.open(path, "w:gz") as archive:
        archive.add(folder, cifar_files.FOLDER)
    extracted = cifar_files.read(folder)
    with pytest.raises(
        ValueError, match=f"MD5 is .* must be {cifar_files.MD5}"
    ):
        cifar_files.read(epath.Path(path))
    digest = hashlib.md5(path.read_bytes()).hexdigest()
    monkeypatch.setattr(cifar_files, "MD5", digest)
    found = cifar_files.find(epath.Path(path).parent.parent)
    assert found == folder  # before the archive
    folder.rename(tmp_path / "elsewhere")
    found = cifar_files.find(epath.Path(tmp_path))
    assert found == epath.Path(path)
    for one, other in zip(cifar_files.read(found), extracted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_damaged_extracted_files(folder):
    batch = folder / "data_batch_3.bin"
    batch.write_bytes(batch.read_bytes()[:-9])
    with pytest.raises(ValueError, match="data_batch_3.bin must have 12,292 "):
        cifar_files.read(folder)
    batch.write_bytes(b"\x0a" * 4 * RECORD)
    with pytest.raises(ValueError, match="data_batch_3.bin has labels from 10"):
        cifar_files.read(folder)
    batch.unlink()
    with pytest.raises(ValueError, match="data_batch_3.bin cannot be read"):
        cifar_files.read(folder)


def test_npz(tmp_path, arrays):
    images, labels, num_train = cifar_files.read(write_npz(tmp_path, arrays))
    np.testing.assert_array_equal(images[:5], arrays["x_train"])
    assert labels.tolist() == [0, 1, 2, 3, 4, 9, 8]
    assert labels.dtype == np.uint8
    assert num_train == 5


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "x_train",
            np.zeros((5, 3, 32, 32), np.uint8),
            r"x_train must be .*\[5, 3",
        ),
        ("x_test", np.zeros((2, 32, 32, 3)), "x_test must be .* got float64"),
        ("y_train", np.arange(4), r"y_train integers .* int64 \[4\]"),
        ("y_test", np.array([3, 10]), "y_test has labels from 3 to 10"),
        ("y_test", None, "cannot be read .*y_test"),
    ],
)
def test_npz_of_other_contents(tmp_path, arrays, key, value, message):
    arrays[key] = value
    if value is None:
        del arrays[key]
    with pytest.raises(ValueError, match=message):
        cifar_files.read(write_npz(tmp_path, arrays))


def test_a_damaged_npz(tmp_path, arrays):
    path = write_npz(tmp_path, arrays)
    for damaged in (path.read_bytes()[:-200], b"<html>", b""):
        path.write_bytes(damaged)
        with pytest.raises(ValueError, match="cifar10_some.npz cannot be read"):
            cifar_files.read(path)


def test_files_that_cannot_be_used(tmp_path):
    folder = epath.Path(tmp_path)
    assert cifar_files.find(folder) is None
    (folder / "cifar-10-python.tar.gz").touch()
    with pytest.raises(ValueError, match="is the Python version of CIFAR-10"):
        cifar_files.find(folder)
    (folder / "cifar10_a.npz").touch()
    assert cifar_files.find(folder).name == "cifar10_a.npz"
    (folder / "cifar10_b.npz").touch()
    with pytest.raises(ValueError, match="a.npz and .*b.npz; leave one"):
        cifar_files.find(folder)


def test_the_real_subset(real_data):
    path = cifar_files.find(epath.Path(real_data))
    images, labels, num_train = cifar_files.read(path)
    assert (len(images), num_train) == (2500, 2000)
    assert np.bincount(labels[:2000]).tolist() == [200] * 10
    assert labels[:10].tolist() == [6, 9, 9, 4, 1, 1, 2, 7, 8, 3]
