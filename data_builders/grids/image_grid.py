"""An array on disk that holds one image per combination of factors."""

import dataclasses
import math
import os
from collections.abc import Sequence

import numpy as np
from mipae_tf.data_builders.source_files import why
from numpy.lib import format as npy_format


@dataclasses.dataclass(frozen=True)
class ImageGrid:
    """Images in a file, in the order of their factors.

    Only the requested images are read, each from its place in the file: memory
    grows with their number, not with the file. This is several times faster
    than a memory map, which reads far more around each image. Workers receive
    the path, not the pixels.

    Attributes:
        path: The file.
        grid: Number of values of each factor; the last one varies fastest.
        image: Shape of an image, `(height, width, channels)`.
        offset: Byte of the file where the first image starts.
    """

    path: str
    grid: tuple[int, ...]
    image: tuple[int, ...]
    offset: int

    def read(self, values: Sequence[np.ndarray]) -> np.ndarray:
        """Looks images up.

        Args:
            values: The values of each factor, in the order of `grid`, each
                `[frames]`.

        Returns:
            Images, uint8 `[frames, height, width, channels]`.

        Raises:
            ValueError: If the file is missing, unreadable or too short, or a
                value is out of range.
        """
        index = np.ravel_multi_index(tuple(values), self.grid)  # [frames]
        size = math.prod(self.image)
        images = np.empty((len(index), *self.image), np.uint8)
        try:
            with open(self.path, "rb", buffering=0) as file:
                for image, place in zip(images, index.tolist()):
                    file.seek(self.offset + place * size)
                    if file.readinto(image) < size:
                        raise ValueError("it is truncated")
        except (OSError, ValueError) as error:
            raise ValueError(
                f"{self.path} cannot be read ({why(error)}); put it back, or "
                "build the dataset again."
            ) from error
        return images


def open_npy(
    path: str, grids: Sequence[tuple[int, ...]], image: tuple[int, ...]
) -> ImageGrid:
    """Opens a `.npy` file of images.

    Args:
        path: The file, uint8 `[images, height, width, channels]`.
        grids: The possible numbers of values of the factors; the number of
            images tells which one is right.
        image: Shape of an image.

    Raises:
        ValueError: If the file cannot be read, or has another type, shape or
            length.
    """
    try:
        with open(path, "rb") as file:
            grid = read_header(file, grids, image)
            found = ImageGrid(str(path), grid, image, file.tell())
            missing = needed_bytes(found) - os.fstat(file.fileno()).st_size
    except (OSError, ValueError) as error:
        raise ValueError(f"{path} cannot be used: {why(error)}.") from error
    if missing > 0:
        raise ValueError(
            f"{path} cannot be used: it is truncated, {missing:,} bytes are "
            "missing."
        )
    return found


def read_header(
    file, grids: Sequence[tuple[int, ...]], image: tuple[int, ...]
) -> tuple[int, ...]:
    """Reads the header of `.npy` data, up to the first image.

    Returns:
        The one of `grids` that the number of images fits.

    Raises:
        ValueError: If the type or the shape is another one.
    """
    readers = {
        (1, 0): npy_format.read_array_header_1_0,
        (2, 0): npy_format.read_array_header_2_0,
    }
    version = npy_format.read_magic(file)
    if version not in readers:
        raise ValueError(f"the version of its npy format is {version}")
    shape, by_column, dtype = readers[version](file)
    for grid in grids:
        wanted = (math.prod(grid), *image)
        if (shape, by_column, dtype) == (wanted, False, np.uint8):
            return grid
    allowed = " or ".join(str([math.prod(g), *image]) for g in grids)
    order = " in column order" if by_column else ""
    raise ValueError(
        f"its images are {dtype} {list(shape)}{order} but must be uint8 "
        f"{allowed}"
    )


def needed_bytes(images: ImageGrid) -> int:
    """The least size of the file."""
    return images.offset + math.prod((*images.grid, *images.image))
