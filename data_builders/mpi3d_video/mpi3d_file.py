"""Finds, checks and opens the published files of MPI3D."""

import os
import shutil
import struct
import zipfile
import zlib

from etils import epath
from mipae_tf.data_builders.grids.image_grid import ImageGrid
from mipae_tf.data_builders.grids.image_grid import needed_bytes
from mipae_tf.data_builders.grids.image_grid import open_npy
from mipae_tf.data_builders.grids.image_grid import read_header
from mipae_tf.data_builders.source_files import why

IMAGE = (64, 64, 3)
# Colour, shape, size, camera height, background, horizontal and vertical axis,
# in the file of the first release, 460,800 images, and of the current one,
# 1,036,800 images.
LAYOUTS = ((4, 4, 2, 3, 3, 40, 40), (6, 6, 2, 3, 3, 40, 40))
URL = "https://storage.googleapis.com/disentanglement_dataset/Final_Dataset/"
_MEMBER = "images.npy"
_CHUNK = 1 << 20  # bytes read at a time
_READ_ERRORS = (
    EOFError,
    KeyError,
    OSError,
    RuntimeError,  # encrypted, or an unknown compression
    ValueError,
    struct.error,
    zipfile.BadZipFile,
    zlib.error,
)


def prepare(folder: epath.Path | None, variant: str) -> ImageGrid:
    """Finds the file of a variant, checks it and unpacks it if necessary.

    The images of an uncompressed `.npz` are used where they are. Those of a
    compressed one are unpacked once, to a `.npy` file beside it.

    Args:
        folder: The manual folder; None if there is none.
        variant: `real`, `realistic` or `toy`.

    Raises:
        ValueError: If there is no file, it cannot be read or unpacked, or its
            contents are not those of MPI3D.
    """
    packed, plain = (f"mpi3d_{variant}.{end}" for end in ("npz", "npy"))
    if folder is not None and (folder / packed).exists():
        return _prepare_npz(os.fspath(folder / packed))
    if folder is not None and (folder / plain).exists():
        return open_images(os.fspath(folder / plain))
    raise ValueError(
        f"There is no {packed} in the manual folder {folder or ''}".rstrip()
        + f"; download it from {URL}{packed} and give its folder "
        "(--manual_dir)."
    )


def open_images(path: str) -> ImageGrid:
    """Opens a prepared `.npy` file or uncompressed `.npz` file.

    Raises:
        ValueError: If the file cannot be read or has other contents.
    """
    if path.endswith(".npy"):
        return open_npy(path, LAYOUTS, IMAGE)
    try:
        with zipfile.ZipFile(path) as archive:
            return _locate(path, archive.getinfo(_MEMBER))
    except _READ_ERRORS as error:
        raise _refused(path, error) from error


def _prepare_npz(path: str) -> ImageGrid:
    try:
        with zipfile.ZipFile(path) as archive:
            member = archive.getinfo(_MEMBER)
            with archive.open(member) as file:
                grid = read_header(file, LAYOUTS, IMAGE)
            if member.compress_type == zipfile.ZIP_STORED:
                _check(archive, member)
                return _locate(path, member)
            plain = f"{path.removesuffix('.npz')}.npy"
            if not os.path.exists(plain):
                _unpack(archive, member, plain)
    except _READ_ERRORS as error:
        raise _refused(path, error) from error
    if os.path.getmtime(plain) < os.path.getmtime(path):
        raise ValueError(
            f"{plain} is older than {path}, from which it would be unpacked; "
            "remove the one that is not wanted."
        )
    return open_npy(plain, [grid], IMAGE)


def _locate(path: str, member: zipfile.ZipInfo) -> ImageGrid:
    """The images of an uncompressed member, where they are in the file."""
    if member.compress_type != zipfile.ZIP_STORED:
        raise ValueError(f"its {_MEMBER} is compressed")
    with open(path, "rb") as file:
        file.seek(member.header_offset)
        name, extra = struct.unpack("<26xHH", file.read(30))
        start = file.seek(name + extra, os.SEEK_CUR)
        grid = read_header(file, LAYOUTS, IMAGE)
        images = ImageGrid(path, grid, IMAGE, file.tell())
    if needed_bytes(images) != start + member.file_size:
        raise ValueError(f"its {_MEMBER} has {member.file_size:,} bytes")
    return images


def _check(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
    """Compares the member with its checksum, which the end of it does."""
    with archive.open(member) as file:
        while file.read(_CHUNK):
            pass


def _unpack(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, plain: str
) -> None:
    part = f"{plain}.part{os.getpid()}"
    try:
        with archive.open(member) as file, open(part, "wb") as unpacked:
            shutil.copyfileobj(file, unpacked, _CHUNK)
        os.replace(part, plain)
    except OSError as error:
        raise ValueError(
            f"its {_MEMBER} is compressed and cannot be unpacked to {plain} "
            f"({why(error)})"
        ) from error
    finally:
        if os.path.exists(part):
            os.remove(part)


def _refused(path: str, error: Exception) -> ValueError:
    reason = f"it has no {_MEMBER}" if type(error) is KeyError else why(error)
    return ValueError(
        f"{path} cannot be used: {reason}; the original is at "
        f"{URL}{os.path.basename(path)}."
    )
