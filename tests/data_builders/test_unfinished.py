import fcntl

import pytest
from mipae_tf.data_builders.unfinished import being_built


def _folder(path, lock=True):
    path.mkdir()
    (path / "clips").touch()
    if lock:
        (path / ".building").touch()
    return path


def test_folders_of_killed_builds_are_removed(tmp_path):
    killed = _folder(tmp_path / "incomplete.KILLED_1.0.0")
    running = _folder(tmp_path / "incomplete.OTHERS_1.0.0")
    kept = [
        running,
        _folder(tmp_path / "incomplete.ANOTHR_2.0.0"),
        _folder(tmp_path / "incomplete.NOLOCK_1.0.0", lock=False),
        _folder(tmp_path / "1.0.0", lock=False),
    ]
    own = _folder(tmp_path / "incomplete.MYSELF_1.0.0", lock=False)
    with (running / ".building").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        with being_built(own):
            assert not killed.exists()
            assert all(path.exists() for path in kept)
            with (own / ".building").open() as other:
                with pytest.raises(BlockingIOError):
                    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    assert [path.name for path in own.iterdir()] == ["clips"]


def test_a_folder_that_is_not_local_is_left_alone():
    with being_built("gs://bucket/incomplete.MYSELF_1.0.0"):
        pass
