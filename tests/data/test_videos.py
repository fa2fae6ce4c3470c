import dataclasses
import pathlib

import numpy as np
import pytest
from mipae_tf.data_builders.recorded.geometry import Geometry
from video_folders import moving_square
from video_folders import write_folder
from video_folders import write_images

from mipae_tf.data import open_clips
from mipae_tf.data import videos as module
from mipae_tf.data.video_options import VideoOptions
from mipae_tf.data.videos import VideoSource
from mipae_tf.data.videos import build_videos
from mipae_tf.data.videos import rebuild_videos

TINY = VideoOptions(clip_length=6, clip_stride=6, frame_size=16)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("videos")
    folder = write_folder(root / "My clips", count=4)
    data_dir = str(root / "data")
    dataset, source = build_videos(folder, TINY, data_dir)
    return folder, data_dir, dataset, source


def test_the_dataset_is_opened_by_its_name(built):
    folder, data_dir, dataset, source = built
    assert dataset.startswith("video_folder/My_clips-")
    assert source == VideoSource(
        str(folder), TINY, Geometry(16, "crop", 1, None)
    )
    clips = open_clips(dataset, "train", data_dir)
    assert clips.video.shape == (8, 6, 16, 16, 1)
    assert len(np.unique(clips.sources)) == 2


def test_the_source_survives_json(built):
    source = built[3]
    assert VideoSource.from_json(dataclasses.asdict(source)) == source


def test_nothing_is_built_twice(built, capsys):
    folder, data_dir, dataset, source = built
    assert build_videos(folder, TINY, data_dir) == (dataset, source)
    rebuild_videos(dataset, source, data_dir)
    assert capsys.readouterr().err == ""


def named(folder, options=TINY):
    return module._config_name(folder, options)


def test_the_name_changes_with_files_and_options(tmp_path):
    folder = write_folder(tmp_path / "a", count=3)
    write_images(folder / "frames", 0, frames=3)
    names = [named(folder)]
    assert named(folder) == names[0]
    names.append(named(folder, dataclasses.replace(TINY, fit="stretch")))
    video = moving_square(0)
    video[-1] ^= 1
    np.save(folder / "a" / "0.npy", video)
    names.append(named(folder))
    (folder / "frames" / "1.png").unlink()
    names.append(named(folder))
    (folder / "labels.csv").write_text("file\n")
    names.append(named(folder))
    (folder / "a" / "1.npy").rename(folder / "a" / "9.npy")
    names.append(named(folder))
    (folder / "a" / "notes.txt").write_text("no video")
    assert named(folder) == names[-1]
    assert len(set(names)) == len(names)


def test_a_lost_dataset_is_built_again(built, tmp_path):
    folder, data_dir, dataset, source = built
    other = str(tmp_path / "other")
    rebuild_videos(dataset, source, other)
    one, two = (open_clips(dataset, "test", d) for d in (data_dir, other))
    assert one.fingerprint() == two.fingerprint()


def test_changed_videos_are_not_used_for_a_lost_dataset(built, tmp_path):
    _, _, dataset, source = built
    changed = write_folder(tmp_path / "My clips", count=5)
    source = dataclasses.replace(source, folder=str(changed))
    message = "is not in its data folder and cannot be built again, because"
    with pytest.raises(ValueError, match=message):
        rebuild_videos(dataset, source, str(tmp_path / "data"))
    source = dataclasses.replace(source, folder="/no/such")
    message = "cannot be built again: /no/such does not exist; a folder"
    with pytest.raises(ValueError, match=message):
        rebuild_videos(dataset, source, str(tmp_path / "data"))


def test_a_failed_build_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_folder(pathlib.Path("few"), count=2)
    with pytest.raises(ValueError, match="2 source.*--split_by=time"):
        build_videos("few", TINY, "data")
    assert not pathlib.Path("data").exists()


def test_unreadable_files_do_not_stop_the_naming(tmp_path, monkeypatch):
    folder = write_folder(tmp_path / "a", count=1)
    name = named(folder)

    def refuse(*_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(pathlib.Path, "open", refuse)
    assert named(folder) != name


def test_shares_of_the_splits(tmp_path):
    folder = write_folder(tmp_path / "ten", count=10)
    options = dataclasses.replace(TINY, validation_share=0.1, test_share=0.3)
    dataset, _ = build_videos(folder, options, str(tmp_path / "data"))
    sources = {
        split: len(
            set(open_clips(dataset, split, str(tmp_path / "data")).sources)
        )
        for split in ("train", "validation", "test")
    }
    assert sources == {"train": 6, "validation": 1, "test": 3}
    with pytest.raises(ValueError, match="test_share=0.9 leave nothing"):
        VideoOptions(test_share=0.9)
