"""Reads CIFAR-10 from its archive, its extracted files or an npz file."""

import hashlib
import tarfile
import zipfile
import zlib
from collections.abc import Iterable

import numpy as np
from etils import epath

ARCHIVE = "cifar-10-binary.tar.gz"
URL = f"https://www.cs.toronto.edu/~kriz/{ARCHIVE}"
MD5 = "c32a1d4ab5d03f1284b67883e8d87530"  # as published on the page of the data
FOLDER = "cifar-10-batches-bin"
BATCHES = (*(f"data_batch_{n}.bin" for n in range(1, 6)), "test_batch.bin")
IMAGES_PER_BATCH = 10_000
NPZ = "cifar10*.npz"
_PYTHON = ("cifar-10-batches-py", "cifar-10-python.tar.gz")
_SIDE, _CHANNELS, _CLASSES = 32, 3, 10
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    KeyError,
    OSError,
    TypeError,
    ValueError,
)

Images = tuple[np.ndarray, np.ndarray, int]


def find(folder: epath.Path) -> epath.Path | None:
    """Finds CIFAR-10 in a folder or its subfolder `cifar10`.

    Returns:
        The folder of the extracted files, the archive, or an npz file, in this
        order; None if there is none.

    Raises:
        ValueError: If there are several npz files, or only the Python version
            of CIFAR-10.
    """
    places = (folder, folder / "cifar10")
    for name in (FOLDER, ARCHIVE):
        for place in places:
            if (place / name).exists():
                return place / name
    files = sorted(path for place in places for path in place.glob(NPZ))
    if len(files) > 1:
        raise ValueError(
            f"The manual folder has {' and '.join(map(str, files))}; leave one "
            "of them."
        )
    for name in _PYTHON if not files else ():
        for place in places:
            if (place / name).exists():
                raise ValueError(
                    f"{place / name} is the Python version of CIFAR-10; "
                    f"replace it with the binary version, {URL}, or remove it "
                    "to have that downloaded."
                )
    return files[0] if files else None


def read(path: epath.Path) -> Images:
    """Reads the training images followed by the test images.

    Args:
        path: As `find` returns it.

    Returns:
        Images, uint8 RGB `[images, 32, 32, 3]`; labels, uint8 `[images]`; the
        number of training images.

    Raises:
        ValueError: If a file is missing or has other contents.
    """
    if path.suffix == ".npz":
        return _read_npz(path)
    if path.is_dir():
        return _joined((path / name for name in BATCHES), _bytes_of)
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "md5").hexdigest()
    if found != MD5:
        raise ValueError(
            f"{path} is damaged or another file: its MD5 is {found} and must "
            f"be {MD5}; download it again from {URL}, or remove it to have it "
            "downloaded."
        )
    return read_archive(path)


def read_archive(path: epath.Path) -> Images:
    """As `read`, for an archive whose checksum has been verified."""
    with path.open("rb") as file, tarfile.open(fileobj=file) as archive:
        return _joined(
            (f"{FOLDER}/{name}" for name in BATCHES),
            lambda name: archive.extractfile(name).read(),
        )


def _bytes_of(path: epath.Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ValueError(
            f"{path} cannot be read ({error.strerror}); {path.parent} must "
            f"have {', '.join(BATCHES)}."
        ) from error


def _joined(names: Iterable, read_bytes) -> Images:
    """All batches, one label byte and 3 planes of 32 x 32 bytes an image."""
    record = 1 + _CHANNELS * _SIDE * _SIDE
    batches = []
    for name in names:
        raw = np.frombuffer(read_bytes(name), np.uint8)
        if len(raw) != IMAGES_PER_BATCH * record:
            raise ValueError(
                f"{name} must have {IMAGES_PER_BATCH * record:,} bytes, "
                f"{record} for each of {IMAGES_PER_BATCH:,} images, but has "
                f"{len(raw):,}; extract {ARCHIVE} again."
            )
        batches.append(raw.reshape(-1, record))
        _check_labels(batches[-1][:, 0], name)
    records = np.concatenate(batches)  # [images, record]
    planes = records[:, 1:].reshape(-1, _CHANNELS, _SIDE, _SIDE)
    images = np.ascontiguousarray(planes.transpose(0, 2, 3, 1))
    return images, records[:, 0].copy(), len(records) - len(batches[-1])


def _read_npz(path: epath.Path) -> Images:
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            found = {
                part: (arrays[f"x_{part}"], arrays[f"y_{part}"])
                for part in ("train", "test")
            }
    except _UNREADABLE as error:
        raise ValueError(
            f"{path} cannot be read ({error}); it must be an npz file with "
            "x_train, y_train, x_test and y_test."
        ) from error
    parts = [_labelled(*found[part], path, part) for part in found]
    images, labels = (np.concatenate(pair) for pair in zip(*parts, strict=True))
    return images, labels, len(parts[0][1])


def _labelled(
    images: np.ndarray, labels: np.ndarray, path: epath.Path, part: str
) -> tuple[np.ndarray, np.ndarray]:
    shape = (_SIDE, _SIDE, _CHANNELS)
    fits = images.dtype == np.uint8 and images.shape[1:] == shape
    # Some files have labels [images, 1].
    labels = labels.reshape(-1) if labels.ndim == 2 else labels
    fits &= labels.dtype.kind in "iu" and labels.shape == images.shape[:1]
    if not fits or not len(images):
        raise ValueError(
            f"{path}: x_{part} must be uint8 {['images', *shape]} and y_{part} "
            f"integers ['images'], got {images.dtype} {list(images.shape)} and "
            f"{labels.dtype} {list(labels.shape)}."
        )
    _check_labels(labels, f"{path}: y_{part}")
    return images, labels.astype(np.uint8)


def _check_labels(labels: np.ndarray, what) -> None:
    if labels.min() < 0 or labels.max() >= _CLASSES:
        raise ValueError(
            f"{what} has labels from {labels.min()} to {labels.max()}; they "
            f"must be from 0 to {_CLASSES - 1}."
        )
