import io
import os
import pathlib
import pwd
import stat

import numpy as np
import pytest
from PIL import Image

from mipae_tf.files import expand_home
from mipae_tf.files import make_folder
from mipae_tf.files import require_writable
from mipae_tf.files import same_file
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


def test_the_target_of_a_link_is_written(tmp_path):
    target, link = tmp_path / "data" / "a.bin", tmp_path / "a.bin"
    link.symlink_to("data/a.bin")
    for data in (b"made", b"made anew"):  # at first the link is broken
        write_file(link, data)
        assert link.is_symlink() and target.read_bytes() == data
    (tmp_path / "c.bin").symlink_to(link)
    with pytest.raises(RuntimeError, match="full disk"):
        write_atomically(tmp_path / "c.bin", fail_half_way)
    assert target.read_bytes() == b"made anew"
    assert len(list(target.parent.iterdir())) == 1


def test_a_folder_is_not_overwritten(tmp_path):
    (tmp_path / "a.gif").mkdir()
    with pytest.raises(OSError, match=r"a\.gif is a folder; a file is needed"):
        write_atomically(tmp_path / "a.gif", fail_half_way)


def test_the_missing_target_of_a_link_is_created(tmp_path):
    (tmp_path / "link").symlink_to(tmp_path / "elsewhere" / "runs")
    for _ in range(2):
        assert make_folder(tmp_path / "link") == tmp_path / "link"
        assert (tmp_path / "elsewhere" / "runs").is_dir()
    assert (tmp_path / "link").is_symlink()
    write_file(tmp_path / "link" / "a" / "b.txt", "x")
    assert (tmp_path / "elsewhere" / "runs" / "a" / "b.txt").is_file()


def test_a_file_is_not_a_folder(tmp_path):
    (tmp_path / "a").touch()
    with pytest.raises(OSError, match="a is a file; a folder is needed"):
        make_folder(tmp_path / "a")


def test_a_folder_without_permission_is_named(tmp_path, monkeypatch):
    require_writable(tmp_path / "a" / "b")
    asked = []
    monkeypatch.setattr(os, "access", lambda path, mode: asked.append(path))
    with pytest.raises(PermissionError, match=f"denied: '{tmp_path}'"):
        require_writable(tmp_path / "a" / "b")
    assert asked == [tmp_path]


def test_home_folders_are_found(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    user = pwd.getpwuid(os.getuid())
    assert expand_home("~") == str(tmp_path)
    assert expand_home(pathlib.Path("~/a")) == f"{tmp_path}/a"
    assert expand_home(f"~{user.pw_name}/a") == f"{user.pw_dir}/a"
    for path in ("a/~/b", "./~b", "/~", ""):
        assert expand_home(path) == path
    with pytest.raises(ValueError, match=r"^~nobody_here/a begins with ~"):
        expand_home("~nobody_here/a")
    write_file("~/new/a.txt", "x")
    assert (tmp_path / "new" / "a.txt").is_file()


def test_paths_to_the_same_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("a", "b"):
        (tmp_path / name).touch()
    (tmp_path / "soft").symlink_to("a")
    os.link("a", "hard")
    for other in ("a", "./a", "soft", "hard", tmp_path / "a"):
        assert same_file("a", other)
    for other in ("b", "missing"):
        assert not same_file("a", other)
    assert not same_file("missing", "missing")


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
