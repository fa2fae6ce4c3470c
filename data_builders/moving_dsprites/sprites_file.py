"""Reads sprites from the published dSprites file instead of drawing them."""

import functools
import zipfile
import zlib

import numpy as np
from etils import epath
from mipae_tf.data_builders.moving_dsprites.sprites import SIZES

FILE_NAME = "dsprites_ndarray_co1sh3sc6or40x32y32_64x64.npz"
_MEMBER = "imgs.npy"
_CHUNK_IMAGES = 4096  # images read at a time
_READ_ERRORS = (zipfile.BadZipFile, zlib.error, KeyError, OSError, ValueError)


class FileSprites:
    """Sprites with the published pixels.

    The images are loaded once per process as bits, 512 bytes each, about 380 MB
    for the whole dataset. Workers receive the path, not the pixels.

    Args:
        path: The published npz file.
        sizes: Numbers of shapes, scales, orientations, x and y positions. The
            file contains all combinations; the last one varies fastest.
    """

    def __init__(self, path: str, sizes: tuple[int, ...] = SIZES):
        self.path = path
        self.sizes = sizes

    def load(self) -> np.ndarray:
        """The images as bits, uint8 `[images, 512]`.

        Raises:
            ValueError: If the file cannot be read or has other contents.
        """
        return _load(self.path, int(np.prod(self.sizes)))

    def draw(
        self,
        shape: np.ndarray,
        scale: np.ndarray,
        orientation: np.ndarray,
        x: np.ndarray,
        y: np.ndarray,
    ) -> np.ndarray:
        """Looks up one sprite per frame; see `DrawnSprites.draw`."""
        index = np.ravel_multi_index(
            (shape, scale, orientation, x, y), self.sizes
        )
        bits = np.unpackbits(self.load()[index], axis=-1)
        return bits.reshape(-1, 64, 64) * np.uint8(255)  # [frames, 64, 64]


@functools.lru_cache(maxsize=1)
def _load(path: str, count: int) -> np.ndarray:
    try:
        with epath.Path(path).open("rb") as file:
            with zipfile.ZipFile(file).open(_MEMBER) as member:
                return _read_bits(member, count)
    except _READ_ERRORS as error:
        raise ValueError(
            f"{path} is not the dSprites file ({error}); replace it with the "
            f"original {FILE_NAME}, or remove it to have the sprites drawn."
        ) from error


def _read_bits(member, count: int) -> np.ndarray:
    np.lib.format.read_magic(member)
    shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    if shape != (count, 64, 64) or dtype != np.uint8:
        raise ValueError(
            f"{_MEMBER} must be uint8 {(count, 64, 64)}, got {dtype} {shape}"
        )
    bits = np.empty((count, 512), np.uint8)
    for low in range(0, count, _CHUNK_IMAGES):
        part = bits[low : low + _CHUNK_IMAGES]
        raw = member.read(len(part) * 4096)
        if len(raw) < len(part) * 4096:
            raise ValueError(f"{_MEMBER} ends early")
        pixels = np.frombuffer(raw, np.uint8).reshape(-1, 4096)  # [images, px]
        part[:] = np.packbits(pixels, axis=-1)
    return bits
