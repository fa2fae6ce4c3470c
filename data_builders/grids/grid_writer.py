"""Writes the images of a grid in any order."""

import math
import os
import shutil
from collections.abc import Sequence

import numpy as np
from etils import epath
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.grids.image_grid import open_npy
from mipae_tf.data_builders.source_files import why
from numpy.lib import format as npy_format
from tensorflow_datasets.core.utils import version as tfds_version

FILE_NAME = "images.npy"


class GridWriter:
    """Writes an `ImageGrid` in a `.npy` file, one block of images at a time.

    Args:
        folder: Folder of the file, which is called `images.npy`.
        grid: Number of values of each factor; the last one varies fastest.
        image: Shape of an image, `(height, width, channels)`.
        source: What the images come from, for messages.
    """

    def __init__(
        self,
        folder: epath.Path,
        grid: tuple[int, ...],
        image: tuple[int, ...],
        source: str,
    ):
        self._path = os.path.join(folder, FILE_NAME)
        self._grid, self._image, self._source = grid, image, source
        self._seen = np.zeros(math.prod(grid), bool)

    def __enter__(self) -> "GridWriter":
        os.makedirs(os.path.dirname(self._path), exist_ok=True)
        self._file = open(self._path, "wb")
        header = {
            "descr": "|u1",
            "fortran_order": False,
            "shape": (len(self._seen), *self._image),
        }
        npy_format.write_array_header_1_0(self._file, header)
        self._offset = self._file.tell()
        return self

    def __exit__(self, *_) -> None:
        self._file.close()

    def put(self, images: np.ndarray, values: Sequence[np.ndarray]) -> None:
        """Writes some images.

        Args:
            images: uint8 `[images, height, width, channels]`.
            values: The values of each factor, each `[images]`.

        Raises:
            ValueError: If values are out of range, a combination of values
                occurs twice, or the disk is full.
        """
        try:
            index = np.ravel_multi_index(tuple(values), self._grid)  # [images]
        except ValueError as error:
            raise ValueError(
                f"{self._source} has factors outside of {self._grid}; replace "
                "it with the original."
            ) from error
        if self._seen[index].any() or len(np.unique(index)) < len(index):
            raise ValueError(
                f"{self._source} has two images of the same factors; replace "
                "it with the original."
            )
        self._seen[index] = True
        size = math.prod(self._image)
        try:
            for place, image in zip(index.tolist(), images, strict=True):
                self._file.seek(self._offset + place * size)
                self._file.write(image.tobytes())
        except OSError as error:
            raise ValueError(
                f"{self._path} cannot be written ({why(error)}); it needs "
                f"{len(self._seen) * size / 1e9:.1f} GB."
            ) from error

    def finish(self) -> ImageGrid:
        """Closes the file and opens it for reading.

        Raises:
            ValueError: If images are missing.
        """
        self._file.close()
        if not self._seen.all():
            raise ValueError(
                f"{self._source} lacks {(~self._seen).sum():,} of its "
                f"{len(self._seen):,} images; replace it with the original."
            )
        return open_npy(self._path, [self._grid], self._image)


def reused(
    folder: epath.Path, grid: tuple[int, ...], image: tuple[int, ...]
) -> ImageGrid | None:
    """Takes the images of another configuration or version of the dataset.

    They become a hard link, which takes no space, or a copy where the file
    system has no links.

    Args:
        folder: Folder of the dataset that is being built,
            `DATA_DIR/NAME/CONFIG/VERSION`.
        grid: Number of values of each factor.
        image: Shape of an image.

    Returns:
        The images in `folder`, or None if no other folder has them.
    """
    for path in sorted(folder.parent.parent.glob(f"*/*/{FILE_NAME}")):
        if not tfds_version.Version.is_valid(path.parent.name):
            continue  # another build is writing it
        try:
            open_npy(os.fspath(path), [grid], image)
        except ValueError:
            continue
        own = os.path.join(folder, FILE_NAME)
        os.makedirs(folder, exist_ok=True)
        try:
            os.link(path, own)
        except OSError:
            shutil.copyfile(path, own)
        return open_npy(own, [grid], image)
    return None
