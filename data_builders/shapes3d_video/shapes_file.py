"""Reads the published file of 3D Shapes."""

import math
from collections.abc import Iterator
from collections.abc import Mapping

import h5py
import numpy as np
from etils import epath
from mipae_tf.data_builders.grids.image_grid import why
from mipae_tf.data_builders.grids.sources import Block

FILE_NAME = "3dshapes.h5"
URL = f"https://storage.googleapis.com/3d-shapes/{FILE_NAME}"
IMAGE = (64, 64, 3)
_STEP = 4_800  # images read at a time, 59 MB


def blocks(path: epath.PathLike, sizes: Mapping[str, int]) -> Iterator[Block]:
    """Reads the images and their factors.

    The file has about 5.9 GB of images, compressed to 0.3 GB; a part is in
    memory at a time.

    Args:
        path: The file.
        sizes: Number of values of each factor.

    Yields:
        Images, uint8 `[images, 64, 64, 3]`, and the index of the value of each
        factor, each `[images]`.

    Raises:
        ValueError: If the file cannot be read, or has other contents.
    """
    try:
        with h5py.File(path, "r") as file:
            classes = _classes(file, sizes)
            images = file["images"]
            for low in range(0, len(images), _STEP):
                part = slice(low, low + _STEP)
                yield images[part], [column[part] for column in classes]
    except (OSError, KeyError, RuntimeError, ValueError) as error:
        raise ValueError(
            f"{path} is not the file of 3D Shapes ({why(error)}); replace it "
            f"with the original from {URL}."
        ) from error


def _classes(file: h5py.File, sizes: Mapping[str, int]) -> list[np.ndarray]:
    """The index of the value of each factor, `[images]` each."""
    count = math.prod(sizes.values())
    wanted = {"images": (count, *IMAGE), "labels": (count, len(sizes))}
    for key, shape in wanted.items():
        if key not in file:
            raise ValueError(f"it has no {key!r}")
        if file[key].shape != shape:
            raise ValueError(
                f"{key!r} is {list(file[key].shape)} but must be {list(shape)}"
            )
    if file["images"].dtype != np.uint8:
        raise ValueError(f"'images' is {file['images'].dtype}, not uint8")
    found = []
    for (name, size), values in zip(sizes.items(), file["labels"][:].T):
        levels, index = np.unique(values, return_inverse=True)
        if len(levels) != size:
            raise ValueError(f"{name} has {len(levels)} values, not {size}")
        found.append(index)
    return found
