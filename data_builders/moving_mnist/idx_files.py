"""Reads the four idx files of MNIST."""

import gzip
import zlib
from collections.abc import Mapping

import numpy as np
from etils import epath

# Shape of the array in each file.
FILES = {
    "train-images-idx3-ubyte.gz": (60_000, 28, 28),
    "train-labels-idx1-ubyte.gz": (60_000,),
    "t10k-images-idx3-ubyte.gz": (10_000, 28, 28),
    "t10k-labels-idx1-ubyte.gz": (10_000,),
}


def find(folder: epath.Path) -> dict[str, epath.Path] | None:
    """Finds the four files in a folder.

    Args:
        folder: The manual folder.

    Returns:
        File name to path, or None if the folder contains none of them.

    Raises:
        ValueError: If the folder contains some of the files but not all.
    """
    present = [name for name in FILES if (folder / name).exists()]
    if not present:
        return None
    missing = [name for name in FILES if name not in present]
    if missing:
        raise ValueError(
            f"The manual folder {folder} has {', '.join(present)} but lacks "
            f"{', '.join(missing)}; it must contain all {len(FILES)} files, or "
            "none to have them downloaded."
        )
    return {name: folder / name for name in FILES}


def read_all(
    paths: Mapping[str, epath.PathLike],
) -> tuple[np.ndarray, np.ndarray, int]:
    """Reads the training digits followed by the test digits.

    Args:
        paths: File name to path.

    Returns:
        Images, uint8 `[digits, 28, 28]`; labels, uint8 `[digits]`; the number
        of training digits.

    Raises:
        ValueError: If the contents of a file do not match its name.
    """
    train_images, train_labels, images, labels = (
        read(paths[name], shape) for name, shape in FILES.items()
    )
    return (
        np.concatenate([train_images, images]),
        np.concatenate([train_labels, labels]),
        len(train_labels),
    )


def read(path: epath.PathLike, shape: tuple[int, ...]) -> np.ndarray:
    """Reads one gzipped idx file of unsigned bytes.

    Args:
        path: The file.
        shape: Expected shape of the array.

    Returns:
        The array, uint8, of that shape.

    Raises:
        ValueError: If the file is not gzip, is truncated, or has another type
            or number of values.
    """
    expected = f"expected a gzipped idx file of uint8 {list(shape)}"
    try:
        raw = gzip.decompress(epath.Path(path).read_bytes())
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"{path}: {expected} but found {error}.") from error
    header = 4 * (1 + len(shape))
    magic = 0x0800 + len(shape)
    wanted = np.array([magic, *shape], ">u4").tobytes()
    if raw[:header] != wanted or len(raw) != header + np.prod(shape):
        fields = np.frombuffer(raw[: len(raw) // 4 * 4][:header], ">u4")
        raise ValueError(
            f"{path}: {expected} ({magic} and the sizes in its header, then "
            f"{np.prod(shape)} bytes) but found the header {fields.tolist()} "
            f"and {max(len(raw) - header, 0)} bytes."
        )
    return np.frombuffer(raw, np.uint8, offset=header).reshape(shape)
