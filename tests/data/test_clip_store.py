import numpy as np
import pytest

from mipae_tf.data.clip_store import stored_clips

RNG = np.random.default_rng(0)
VIDEO = RNG.integers(0, 256, (3, 2, 4, 4, 1), np.uint8)


def test_failed_decoding_leaves_no_files(tmp_path):
    def broken(streams):
        yield VIDEO[0]
        raise OSError("disk gone")

    with pytest.raises(OSError, match="disk gone"):
        stored_clips(tmp_path / "kept", broken)
    with pytest.raises(ValueError, match="mine must contain at least one clip"):
        stored_clips(tmp_path / "kept", lambda _: [], name="mine")
    with pytest.raises(ValueError, match="different shapes"):
        stored_clips(tmp_path / "kept", lambda _: [VIDEO[0], VIDEO[1, :1]])
    with pytest.raises(
        ValueError, match="video of a clip holds float32 in .*; uint8, or float"
    ):
        stored_clips(tmp_path / "kept", lambda _: [VIDEO[0].astype(np.float32)])
    assert not list(tmp_path.iterdir())


def test_a_slower_process_uses_the_existing_folder(tmp_path):
    def slow(streams):
        yield from VIDEO
        stored_clips(tmp_path / "kept", lambda _: VIDEO)

    found = stored_clips(tmp_path / "kept", slow)
    np.testing.assert_array_equal(found.video, VIDEO)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


@pytest.mark.parametrize("name", ["video.npy", "values.npz"])
def test_a_damaged_file_is_refused_with_a_remedy(tmp_path, name):
    kept = tmp_path / "kept"
    stored_clips(kept, lambda _: VIDEO)
    path = kept / name
    path.write_bytes(path.read_bytes()[:20])
    with pytest.raises(ValueError, match="kept is damaged .* remove it"):
        stored_clips(kept, lambda _: VIDEO)
