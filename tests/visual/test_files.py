import io
import os
import stat

import numpy as np
import pytest
from PIL import Image

from mipae_tf.files import write_atomically
from mipae_tf.files import write_file
from mipae_tf.visual.png import encode_png
from mipae_tf.visual.png import write_png


def fail_half_way(part):
    part.write_bytes(b"half")
    raise RuntimeError("full disk")


def test_failure_leaves_nothing(tmp_path):
    with pytest.raises(RuntimeError, match="full disk"):
        write_atomically(tmp_path / "a.png", fail_half_way)
    assert list(tmp_path.iterdir()) == []


def test_failure_keeps_the_old_file(tmp_path):
    write_file(tmp_path / "a.png", b"old")
    with pytest.raises(RuntimeError, match="full disk"):
        write_atomically(tmp_path / "a.png", fail_half_way)
    assert (tmp_path / "a.png").read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1


def test_makes_folders_and_replaces(tmp_path):
    path = tmp_path / "new" / "folder" / "a.bin"
    write_file(path, b"one")
    write_file(path, b"two")
    assert path.read_bytes() == b"two"


def test_permissions_follow_the_umask(tmp_path):
    old = os.umask(0o022)
    try:
        write_file(tmp_path / "a.bin", b"x")
    finally:
        os.umask(old)
    mode = stat.S_IMODE((tmp_path / "a.bin").stat().st_mode)
    assert mode == 0o644


def test_png_is_exact(tmp_path):
    rng = np.random.default_rng(0)
    image = rng.integers(0, 256, (5, 7, 3), dtype=np.uint8)
    write_png(tmp_path / "a.png", image)
    np.testing.assert_array_equal(
        np.asarray(Image.open(tmp_path / "a.png")), image
    )
    grey = np.asarray(Image.open(io.BytesIO(encode_png(image[..., :1]))))
    np.testing.assert_array_equal(grey, image[..., :1].repeat(3, -1))


def test_png_refuses_floats():
    with pytest.raises(ValueError, match="image must be uint8"):
        encode_png(np.zeros((4, 4, 3)))
