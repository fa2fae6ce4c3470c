import gzip

import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.moving_mnist import idx_files


def _write(path, array, magic=None) -> None:
    header = [magic or 0x0800 + array.ndim, *array.shape]
    raw = np.array(header, ">u4").tobytes() + array.tobytes()
    path.write_bytes(gzip.compress(raw))


@pytest.fixture
def labels(tmp_path):
    path = tmp_path / "labels.gz"
    _write(path, np.arange(300, dtype=np.uint8))
    return path


def test_read(tmp_path, labels):
    np.testing.assert_array_equal(
        idx_files.read(labels, (300,)), np.arange(300) % 256
    )
    images = np.arange(2 * 28 * 28, dtype=np.uint8).reshape(2, 28, 28)
    _write(tmp_path / "images.gz", images)
    read = idx_files.read(tmp_path / "images.gz", (2, 28, 28))
    np.testing.assert_array_equal(read, images)


def test_truncated(labels):
    labels.write_bytes(labels.read_bytes()[:-20])
    with pytest.raises(ValueError, match="labels.gz: expected .* but found"):
        idx_files.read(labels, (300,))


def test_garbage(labels):
    labels.write_bytes(b"<html>not found</html>")
    with pytest.raises(ValueError, match="labels.gz: expected .* but found"):
        idx_files.read(labels, (300,))


def test_another_size_or_kind(tmp_path, labels):
    with pytest.raises(ValueError, match=r"header \[2049, 300\] and 300 byt"):
        idx_files.read(labels, (60_000,))
    with pytest.raises(ValueError, match=r"uint8 \[1, 28, 28\].*\[2049, 300"):
        idx_files.read(labels, (1, 28, 28))
    short = np.array([2049, 300], ">u4").tobytes() + bytes(299)
    labels.write_bytes(gzip.compress(short))
    with pytest.raises(ValueError, match="and 299 bytes"):
        idx_files.read(labels, (300,))


def test_find_requires_all_files_or_none(tmp_path):
    folder = epath.Path(tmp_path)
    assert idx_files.find(folder) is None
    names = list(idx_files.FILES)
    for name in names[:3]:
        (folder / name).touch()
    with pytest.raises(ValueError, match=f"lacks {names[3]}; .* all 4 files"):
        idx_files.find(folder)
    (folder / names[3]).touch()
    assert list(idx_files.find(folder)) == names


def test_the_real_files(real_data):
    paths = {name: real_data / "mnist" / name for name in idx_files.FILES}
    images, labels, num_train = idx_files.read_all(paths)
    assert (images.shape, num_train) == ((70_000, 28, 28), 60_000)
    assert labels[:5].tolist() == [5, 0, 4, 1, 9]
    assert labels[60_000:60_005].tolist() == [7, 2, 1, 0, 4]
