import os
import re
import zipfile

import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.mpi3d_video import mpi3d_file
from numpy.lib import format as npy_format

SMALL = (2, 2, 1, 1, 1, 3, 4)  # of 48 images
NAME = "mpi3d_real.npz"


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(mpi3d_file, "LAYOUTS", (SMALL,))


def indexed() -> np.ndarray:
    """Images that are filled with their own index."""
    images = np.zeros((48, *mpi3d_file.IMAGE), np.uint8)
    return images + np.arange(48, dtype=np.uint8)[:, None, None, None]


def check(images):
    values = np.unravel_index([7, 0, 47], SMALL)
    np.testing.assert_array_equal(images.read(values), indexed()[[7, 0, 47]])


def sparse_npz(path, shape) -> None:
    """An uncompressed file of that many images, which takes no space."""
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        with archive.open("images.npy", "w", force_zip64=True) as member:
            npy_format.write_array_header_1_0(member, header)
            hole = int(np.prod(shape))
            archive.fp.seek(hole, os.SEEK_CUR)
            member._file_size += hole


@pytest.mark.parametrize("end", ["npz", "npy"])
@pytest.mark.parametrize("count, grid", [(460_800, 4), (1_036_800, 6)])
def test_the_published_sizes_are_told_apart(tmp_path, end, count, grid):
    path = str(tmp_path / f"mpi3d_toy.{end}")
    shape = (count, 64, 64, 3)
    if end == "npz":
        sparse_npz(path, shape)
    else:
        np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    images = mpi3d_file.open_images(path)
    assert images.grid == (grid, grid, 2, 3, 3, 40, 40)
    last = [[size - 1] for size in images.grid]
    assert not images.read(last).any()  # the last image is within the file
    assert os.stat(path).st_blocks < 10_000


def test_images_of_an_uncompressed_file_are_used_in_place(tmp_path, small):
    np.savez(tmp_path / NAME, other=np.arange(5), images=indexed())
    images = mpi3d_file.prepare(epath.Path(tmp_path), "real")
    assert images.path == str(tmp_path / NAME)
    check(images)
    check(mpi3d_file.open_images(images.path))
    assert os.listdir(tmp_path) == [NAME]


def test_a_compressed_file_is_unpacked_once(tmp_path, small):
    np.savez_compressed(tmp_path / NAME, images=indexed())
    images = mpi3d_file.prepare(epath.Path(tmp_path), "real")
    assert images.path == str(tmp_path / "mpi3d_real.npy")
    check(images)
    check(mpi3d_file.open_images(images.path))
    inode = os.stat(images.path).st_ino
    again = mpi3d_file.prepare(epath.Path(tmp_path), "real")
    assert os.stat(again.path).st_ino == inode
    assert len(os.listdir(tmp_path)) == 2
    os.utime(images.path, (1, 1))
    with pytest.raises(ValueError, match=r"mpi3d_real\.npy is older than"):
        mpi3d_file.prepare(epath.Path(tmp_path), "real")
    os.remove(tmp_path / NAME)  # the unpacked file is enough
    check(mpi3d_file.prepare(epath.Path(tmp_path), "real"))


def damage(path, how):
    if how == "truncated":
        os.truncate(path, os.path.getsize(path) - 100_000)
    elif how == "changed":
        with open(path, "rb+") as file:
            file.seek(os.path.getsize(path) // 2)
            byte = file.read(1)[0]
            file.seek(-1, os.SEEK_CUR)
            file.write(bytes([byte ^ 1]))
    elif how == "foreign":
        path.write_bytes(b"<html>not found</html>")
    elif how == "key":
        np.savez(path, pictures=indexed())
    elif how == "shape":
        np.savez(path, images=indexed()[1:])
    elif how == "shape compressed":
        np.savez_compressed(path, images=indexed()[..., :1])
    elif how == "floats":
        np.savez(path, images=indexed().astype(np.float32))
    elif how == "folder":
        os.remove(path)
        os.mkdir(path)


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
@pytest.mark.parametrize(
    "how, reason",
    [
        ("truncated", "File is not a zip file"),
        ("changed", "Bad CRC-32|Error -3|invalid"),
        ("foreign", "File is not a zip file"),
        ("key", r"it has no images\.npy"),
        ("shape", r"\[47, 64, 64, 3\] but must be uint8 \[48, 64, 64, 3\]"),
        ("shape compressed", r"\[48, 64, 64, 1\] but must be"),
        ("floats", r"float32 \[48, 64, 64, 3\] but must be uint8"),
        ("folder", "Is a directory"),
    ],
)
def test_other_files_are_refused(tmp_path, small, save, how, reason):
    path = tmp_path / NAME
    images = np.random.default_rng(0).integers(
        0, 256, (48, *mpi3d_file.IMAGE), np.uint8
    )
    save(path, images=images)
    damage(path, how)
    with pytest.raises(ValueError) as error:
        mpi3d_file.prepare(epath.Path(tmp_path), "real")
    message = str(error.value)
    assert message.startswith(f"{path} cannot be used: ")
    assert message.endswith(f"the original is at {mpi3d_file.URL}{NAME}.")
    assert "\n" not in message
    assert re.search(reason, message), message
    assert os.listdir(tmp_path) == [NAME]


def test_a_failure_to_unpack_leaves_no_file(tmp_path, small, monkeypatch):
    def full(*_):
        raise OSError(28, "No space left on device")

    np.savez_compressed(tmp_path / NAME, images=indexed())
    monkeypatch.setattr(mpi3d_file.shutil, "copyfileobj", full)
    with pytest.raises(ValueError, match=r"\(No space left on device\);"):
        mpi3d_file.prepare(epath.Path(tmp_path), "real")
    assert os.listdir(tmp_path) == [NAME]


@pytest.mark.parametrize("folder", [None, "empty"])
def test_a_missing_file_is_named(tmp_path, folder):
    folder = folder and epath.Path(tmp_path)
    with pytest.raises(ValueError, match=r"no mpi3d_toy\.npz.*--manual_dir"):
        mpi3d_file.prepare(folder, "toy")
