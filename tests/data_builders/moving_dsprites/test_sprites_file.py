import zipfile

import numpy as np
import pytest
from mipae_tf.data_builders.moving_dsprites.sprites_file import FileSprites

_SIZES = (3, 2, 2, 4, 4)


@pytest.fixture
def images() -> np.ndarray:
    rng = np.random.default_rng(0)
    return rng.integers(2, size=(np.prod(_SIZES), 64, 64)).astype(np.uint8)


@pytest.fixture
def path(tmp_path, images):
    path = tmp_path / "sprites.npz"
    np.savez_compressed(path, imgs=images)
    return path


def test_images_are_found_by_their_factors(path, images):
    factors = np.array([[0, 0, 0, 0, 0], [2, 1, 1, 3, 3], [1, 0, 1, 2, 3]])
    drawn = FileSprites(str(path), _SIZES).draw(*factors.T)
    expected = images.reshape(*_SIZES, 64, 64)[tuple(factors.T)]
    np.testing.assert_array_equal(drawn, expected * 255)


def test_truncated_file(path):
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ValueError, match="is not the dSprites file"):
        FileSprites(str(path), _SIZES).load()


def test_corrupt_pixels(path):
    with zipfile.ZipFile(path) as file:
        start = file.infolist()[0].header_offset + 5_000
    raw = bytearray(path.read_bytes())
    raw[start : start + 200] = bytes(200)
    path.write_bytes(raw)
    with pytest.raises(ValueError, match="is not the dSprites file"):
        FileSprites(str(path), _SIZES).load()


def test_wrong_contents(tmp_path, path):
    message = r"must be uint8 \(737280, 64, 64\), got uint8 \(192, 64, 64\)"
    with pytest.raises(ValueError, match=message):
        FileSprites(str(path)).load()
    other = tmp_path / "other.npz"
    np.savez(other, pictures=np.zeros(3))
    with pytest.raises(ValueError, match="no item named 'imgs.npy'"):
        FileSprites(str(other), _SIZES).load()
