"""Reads the six original files of small NORB."""

import gzip
import zlib
from collections.abc import Iterator
from collections.abc import Mapping

import numpy as np
from etils import epath
from mipae_tf.data_builders.grids.image_grid import why
from mipae_tf.data_builders.grids.sources import Block

URL = "https://cs.nyu.edu/~ylclab/data/norb-v1.0-small/"
_PREFIXES = (
    "smallnorb-5x46789x9x18x6x2x96x96-training",
    "smallnorb-5x01235x9x18x6x2x96x96-testing",
)
_KINDS = ("dat", "cat", "info")
NAMES = tuple(f"{p}-{kind}.mat.gz" for p in _PREFIXES for kind in _KINDS)
_SIZE = 96
_STEP = 900  # images read at a time
_MAGIC = {np.dtype("u1"): 0x1E3D4C55, np.dtype("<i4"): 0x1E3D4C54}
_READ_ERRORS = (EOFError, OSError, ValueError, zlib.error)


def find(folder: epath.Path) -> dict[str, epath.Path] | None:
    """Finds the six files, each with or without `.gz`, in a folder.

    Args:
        folder: The manual folder.

    Returns:
        Name to path, or None if the folder contains none of them.

    Raises:
        ValueError: If the folder contains some of the files but not all.
    """
    found = {}
    for name in NAMES:
        for file in (name, name.removesuffix(".gz")):
            if (folder / file).exists():
                found[name] = folder / file
    if not found:
        return None
    missing = [name for name in NAMES if name not in found]
    if missing:
        raise ValueError(
            f"The manual folder {folder} lacks {', '.join(missing)}; it must "
            f"contain all {len(NAMES)} files of small NORB, or none to have "
            "them downloaded."
        )
    return found


def blocks(paths: Mapping[str, epath.Path], count: int) -> Iterator[Block]:
    """Reads the left images and their factors.

    Args:
        paths: Name to path.
        count: Number of image pairs in each of the two parts.

    Yields:
        Images, uint8 `[images, 96, 96, 1]`, and category, instance, elevation,
        lighting and azimuth, 0..17, each `[images]`.

    Raises:
        ValueError: If a file cannot be read, is truncated, or has another type
            or shape.
    """
    for prefix in _PREFIXES:
        pairs, categories, infos = (
            paths[f"{prefix}-{kind}.mat.gz"] for kind in _KINDS
        )
        parts = zip(
            _matrix(pairs, "u1", (count, 2, _SIZE, _SIZE)),
            _matrix(categories, "<i4", (count,)),
            _matrix(infos, "<i4", (count, 4)),
            strict=True,
        )
        for pair, category, info in parts:
            instance, elevation, azimuth, lighting = info.T
            # The file has the azimuth in units of 10 degrees: 0, 2, .. 34.
            values = category, instance, elevation, lighting, azimuth // 2
            yield pair[:, 0, :, :, None], values


def _matrix(
    path: epath.Path, dtype: str, shape: tuple[int, ...]
) -> Iterator[np.ndarray]:
    """Yields up to `_STEP` rows of a matrix at a time."""
    kind = np.dtype(dtype)
    # At least three sizes are stored.
    sizes = shape + (1,) * (3 - len(shape))
    header = np.array([_MAGIC[kind], len(shape), *sizes], "<i4").tobytes()
    try:
        with _opened(path) as file:
            if file.read(len(header)) != header:
                raise ValueError("it has another header")
            for low in range(0, shape[0], _STEP):
                rows = (min(_STEP, shape[0] - low), *shape[1:])
                size = int(np.prod(rows)) * kind.itemsize
                raw = file.read(size)
                if len(raw) < size:
                    raise ValueError("it is truncated")
                yield np.frombuffer(raw, kind).reshape(rows)
            if file.read(1):  # the end also checks the CRC of gzip
                raise ValueError("it is too long")
    except _READ_ERRORS as error:
        raise ValueError(
            f"{path} is not a matrix of {kind} {list(shape)} as small NORB has "
            f"({why(error)}); replace it with the original from {URL}."
        ) from error


def _opened(path: epath.Path):
    with epath.Path(path).open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else epath.Path(path).open("rb")
