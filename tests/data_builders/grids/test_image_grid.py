import os

import numpy as np
import pytest
from etils import epath
from mipae_tf.data_builders.grids import grid_writer
from mipae_tf.data_builders.grids.grid_scene import partition
from mipae_tf.data_builders.grids.grid_writer import GridWriter
from mipae_tf.data_builders.grids.grid_writer import reused
from mipae_tf.data_builders.grids.image_grid import open_npy

GRID, IMAGE = (2, 3, 4), (2, 2, 3)


def images_of_factors() -> np.ndarray:
    """Images `[24, 2, 2, 3]` whose channels are the three factors."""
    values = np.stack(np.unravel_index(np.arange(24), GRID), -1)
    return np.tile(values[:, None, None].astype(np.uint8), (1, 2, 2, 1))


@pytest.fixture
def file(tmp_path) -> str:
    path = str(tmp_path / "images.npy")
    np.save(path, images_of_factors())
    return path


def test_an_image_is_found_by_its_factors(file):
    images = open_npy(file, [(5, 6), GRID], IMAGE)
    assert images.grid == GRID
    values = np.array([[1, 0, 1], [2, 0, 1], [3, 1, 0]])  # [factors, frames]
    found = images.read(values)
    assert found.shape == (3, *IMAGE)
    for frame, wanted in zip(found, values.T, strict=True):
        assert (frame == wanted).all()
    with pytest.raises(ValueError):
        images.read([[2], [0], [0]])


@pytest.mark.parametrize("damage", ["removed", "truncated", "folder"])
def test_a_file_that_is_gone_is_named(file, damage):
    images = open_npy(file, [GRID], IMAGE)
    size = os.path.getsize(file)
    os.remove(file)
    if damage == "truncated":
        np.save(file, images_of_factors())
        os.truncate(file, size - 1)
    elif damage == "folder":
        os.mkdir(file)
    with pytest.raises(ValueError, match=r"images\.npy cannot be read \(.*put"):
        images.read([[1], [2], [3]])


@pytest.mark.parametrize(
    "array, message",
    [
        (np.zeros((23, 2, 2, 3), np.uint8), r"uint8 \[23, 2, 2, 3\] but must"),
        (np.zeros((24, 2, 2, 3), np.int8), "images are int8"),
        (np.zeros((24, 2, 2, 3), np.uint8, "F"), "in column order"),
    ],
)
def test_other_arrays_are_refused(file, array, message):
    np.save(file, array)
    with pytest.raises(ValueError, match=message):
        open_npy(file, [GRID], IMAGE)


def test_a_truncated_or_foreign_file_is_refused(file):
    with open(file, "rb+") as opened:
        opened.truncate(os.path.getsize(file) - 5)
    with pytest.raises(ValueError, match="truncated, 5 bytes are missing"):
        open_npy(file, [GRID], IMAGE)
    with open(file, "wb") as opened:
        opened.write(b"not an array")
    with pytest.raises(ValueError, match="images.npy cannot be used: "):
        open_npy(file, [GRID], IMAGE)


def test_images_are_written_in_any_order(tmp_path):
    order = np.random.default_rng(0).permutation(24)
    with GridWriter(tmp_path / "own", GRID, IMAGE, "it") as writer:
        for block in np.split(order, 4):
            values = np.unravel_index(block, GRID)
            writer.put(images_of_factors()[block], values)
        images = writer.finish()
    found = images.read(np.unravel_index(np.arange(24), GRID))
    np.testing.assert_array_equal(found, images_of_factors())


def test_a_source_with_other_images_is_refused(tmp_path):
    first = np.unravel_index(np.arange(3), GRID)
    some = images_of_factors()[:3]
    with GridWriter(tmp_path, GRID, IMAGE, "it") as writer:
        writer.put(some, first)
        with pytest.raises(ValueError, match="it has two images of the same"):
            writer.put(some, first)
        with pytest.raises(ValueError, match=r"factors outside of \(2, 3, 4\)"):
            writer.put(some[:1], ([0], [3], [0]))
        with pytest.raises(ValueError, match="it lacks 21 of its 24 images"):
            writer.finish()
    with GridWriter(tmp_path, GRID, IMAGE, "it") as writer:
        with pytest.raises(ValueError, match="it has two images of the same"):
            writer.put(some[:2], ([0, 0], [0, 0], [1, 1]))


@pytest.mark.parametrize("links", [True, False])
def test_images_of_another_configuration_are_reused(
    tmp_path, monkeypatch, links
):
    def no_link(*_):
        raise OSError

    if not links:
        monkeypatch.setattr(grid_writer.os, "link", no_link)
    folder = epath.Path(tmp_path)
    own = folder / "small" / "incomplete.1_1.0.0"
    assert reused(own, GRID, IMAGE) is None
    unfinished = "full/incomplete.AB_1.0.0"
    for name in (unfinished, "full/1.0.0", "other/1.0.0"):
        (folder / name).mkdir(parents=True)
    np.save(folder / unfinished / "images.npy", images_of_factors())
    np.save(folder / "full/1.0.0/images.npy", np.zeros(3))
    assert reused(own, GRID, IMAGE) is None
    source = folder / "other/1.0.0/images.npy"
    np.save(source, images_of_factors())
    images = reused(own, GRID, IMAGE)
    assert images.path == str(own / "images.npy")
    assert os.path.samefile(images.path, source) == links
    found = images.read(np.unravel_index(np.arange(24), GRID))
    np.testing.assert_array_equal(found, images_of_factors())


def test_a_partition_is_fixed_and_complete():
    train, test = partition(288, 2 / 3)
    assert (len(train), len(test)) == (192, 96)
    np.testing.assert_array_equal(
        np.sort(np.concatenate([train, test])), np.arange(288)
    )
    assert [len(part) for part in partition(1000, 0.6, 0.1)] == [600, 100, 300]
    # A change would give other splits under the same version.
    assert train[:8].tolist() == [0, 1, 2, 4, 5, 6, 7, 8]
    assert test[:8].tolist() == [3, 9, 10, 17, 18, 19, 22, 24]
