import os
import pathlib
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.factors import from_metadata
from mipae_tf.data_builders.recorded.clip_cutter import FrameStore
from mipae_tf.data_builders.recorded.video_file import find_videos
from mipae_tf.data_builders.video_folder import survey as survey_module
from mipae_tf.data_builders.video_folder.video_folder_dataset_builder import (
    Builder,
)
from mipae_tf.data_builders.video_folder.video_folder_dataset_builder import (
    VideoFolderConfig,
)
from PIL import Image
from video_folders import moving_square
from video_folders import write_folder
from video_folders import write_gif
from video_folders import write_images
from video_folders import write_movie

_EXAMPLES = tempfile.TemporaryDirectory()


class VideoFolderTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = Builder
    SPLITS = {"train": 2, "validation": 1, "test": 1}
    EXAMPLE_DIR = _EXAMPLES.name

    @classmethod
    def setUpClass(cls):
        write_folder(pathlib.Path(_EXAMPLES.name), count=4)
        super().setUpClass()


def build(folder, data_dir, **fields):
    """The builder after building, and the lines that it printed."""
    fields = {"num_frames": 6, "hop": 6, "frame_size": 16, **fields}
    config = VideoFolderConfig(name="tiny", folder=str(folder), **fields)
    builder = Builder(config=config, data_dir=str(data_dir))
    lines = []
    builder.say = lines.append
    builder.download_and_prepare()
    return builder, lines


def examples(builder):
    return {
        split: list(tfds.as_numpy(builder.as_dataset(split=split)))
        for split in builder.info.splits
    }


@pytest.fixture(scope="module")
def mixed(tmp_path_factory):
    """A folder with videos of all kinds, with labels; built."""
    root = tmp_path_factory.mktemp("mixed")
    folder = root / "videos"
    write_folder(folder, count=2, frames=18)
    write_gif(folder / "b.gif", 2)
    write_images(folder / "c" / "frames", 3)
    write_movie(folder / "d.avi", 4, rate=50, frames=48)
    write_movie(folder / "e.mp4", 5)
    np.save(folder / "still.npy", np.zeros((30, 16, 16), np.uint8))
    np.save(folder / "short.npy", moving_square(0, 5))
    Image.new("L", (9, 9)).save(folder / "thumbnail.png")
    (folder / ".hidden.mp4").write_text("no video")
    rows = ["file,person,action:pose,age"]
    for number, name in enumerate(find_videos(folder)):
        action = "run" if number % 2 else "walk"
        rows.append(f"{name},p{number % 4},{action},{number}.5")
    (folder / "labels.csv").write_text("\n".join(rows))
    builder, lines = build(folder, root / "data", split_by="person")
    return folder, builder, lines, examples(builder)


def test_videos_are_found_by_name(mixed):
    assert list(find_videos(mixed[0])) == [
        "a/0.npy",
        "a/1.npy",
        "b.gif",
        "c/frames",
        "d.avi",
        "e.mp4",
        "short.npy",
        "still.npy",
    ]


def test_clips_of_all_kinds_of_videos(mixed):
    _, builder, _, found = mixed
    names = builder.info.metadata["recordings"]
    by_name = {}
    for example in sum(found.values(), []):
        name = names[example["instance"]["recording"]]
        by_name.setdefault(name, {})[example["instance"]["start"]] = example
    assert {name: sorted(clips) for name, clips in by_name.items()} == {
        "a/0.npy": [0, 6, 12],
        "a/1.npy": [0, 6, 12],
        "b.gif": [0, 6, 12, 18],
        "c/frames": [0, 6, 12, 18],
        "d.avi": [0, 6, 12, 18],  # of 50 frames per second, resampled to 25
        "e.mp4": [0, 6, 12, 18],
    }
    for name, clips in by_name.items():
        number = "a/0.npy a/1.npy b.gif c/frames d.avi e.mp4".split().index(
            name
        )
        step = 2 if name == "d.avi" else 1
        # The centred square of 16 of 20 columns.
        expected = moving_square(number, 48)[::step, :, 2:18]
        for start, example in clips.items():
            apart = example["video"][..., 0].astype(int)
            apart -= expected[start : start + 6]
            assert np.abs(apart).mean() < 4, name


def test_labels_become_factors(mixed):
    folder, builder, _, found = mixed
    factors = {f.name: f for f in from_metadata(builder.info.metadata)}
    assert factors["person"].group == "content"
    assert factors["action"].group == "pose" and factors["action"].size == 2
    assert factors["source"].kind == "source"
    names, sources = (
        builder.info.metadata[key] for key in ("recordings", "sources")
    )
    label = builder.info.features["pose"]["action"].feature
    for example in sum(found.values(), []):
        number = list(find_videos(folder)).index(
            names[example["instance"]["recording"]]
        )
        assert example["content"]["person"] == number % 4
        assert example["content"]["age"] == np.float32(number + 0.5)
        action = [label.int2str(int(i)) for i in example["pose"]["action"]]
        assert action == ["run" if number % 2 else "walk"] * 6
        source = sources[example["instance"]["source"]]
        assert source == f"person p{number % 4}"


def test_a_source_is_in_one_split(mixed):
    found = mixed[3]
    sources = [
        {example["instance"]["source"] for example in found[split]}
        for split in found
    ]
    assert all(sources) and sum(map(len, sources)) == len(set.union(*sources))


def test_the_summary_says_what_was_left_out(mixed):
    assert mixed[2] == [
        "found 8 videos; clips have 16 x 16 pixels, cropped to the largest "
        "centred square, grey, 25 frames per second",
        "the videos have 25 to 50 frames per second; all are resampled to 25",
        "5 without a frame rate (folders of frames, arrays): every frame is "
        "used",
        "left out 1 video shorter than 6 frames: short.npy",
        "left out 1 video without a clip in which much moves: still.npy",
        f"kept {len(mixed[3]['train'])} train, "
        f"{len(mixed[3]['validation'])} validation, {len(mixed[3]['test'])} "
        "test clips; dropped 5 that stand still",
    ]


def test_the_geometry_is_in_the_metadata(mixed):
    assert mixed[1].info.metadata["geometry"] == {
        "frame_size": 16,
        "fit": "crop",
        "channels": 1,
        "frame_rate": 25.0,
    }


def test_a_built_dataset_is_read_without_the_videos(mixed):
    builder = mixed[1]
    again = tfds.builder("video_folder/tiny", data_dir=builder._data_dir_root)
    assert again.info.features["content"]["person"].names[0] == "p0"
    assert again.info.metadata["geometry"] == builder.info.metadata["geometry"]


def test_one_video_is_split_in_time(tmp_path):
    folder = write_folder(tmp_path / "videos", count=1, frames=100)
    with pytest.raises(ValueError, match=r"1 source.*have a/0.npy; add videos"):
        build(folder, tmp_path / "data")
    fields = {"hop": 1, "split_by": "time"}
    builder, _ = build(folder, tmp_path / "data", **fields)
    spans, sources = {}, set()
    for split, clips in examples(builder).items():
        starts = [clip["instance"]["start"] for clip in clips]
        spans[split] = (min(starts), max(starts) + 6)
        sources |= {(split, clip["instance"]["source"]) for clip in clips}
    assert spans == {
        "train": (0, 70),
        "validation": (76, 85),
        "test": (91, 100),
    }
    assert len(sources) == 3
    with pytest.raises(ValueError, match="too short for split_by=time"):
        build(write_folder(tmp_path / "b", 1, 24), tmp_path / "2", **fields)


def test_colour_is_found_or_given(tmp_path):
    folder = write_folder(tmp_path / "videos", count=2)
    red = np.stack([moving_square(1)] * 3, -1)
    red[..., 1:] //= 2
    np.save(folder / "red.npy", red)
    for colour, channels in ((None, 3), (False, 1)):
        data_dir = tmp_path / f"data{channels}"
        builder, _ = build(folder, data_dir, colour=colour)
        clip = examples(builder)["train"][0]["video"]
        assert clip.shape == (6, 16, 16, channels)


def test_damaged_files_are_an_error_or_skipped(tmp_path):
    folder = write_folder(tmp_path / "videos", count=3)
    (folder / "b.mp4").write_text("no video")
    whole = write_movie(tmp_path / "whole.mp4", 0).read_bytes()
    (folder / "c.mp4").write_bytes(whole[: len(whole) // 2])
    frames = []
    with pytest.raises(ValueError, match=r"b.mp4 cannot be read .*--damaged=s"):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(FrameStore, "add", frames.append)
            build(folder, tmp_path / "data")
    assert not frames, "the damaged file is found before others are read"
    assert not list((tmp_path / "data").rglob("*tfrecord*"))
    builder, lines = build(folder, tmp_path / "data", damaged="skip")
    skipped = [line for line in lines if line.startswith("skip")]
    assert [line.split()[0] for line in skipped] == ["skipping"] * 2 + [
        "skipped"
    ]
    assert "b.mp4, which cannot be read" in skipped[0]
    assert skipped[2] == "skipped 2 damaged files"
    assert sum(s.num_examples for s in builder.info.splits.values()) == 12


def still(folder):
    for number in range(3):
        np.save(folder / f"{number}.npy", np.zeros((30, 16, 16), np.uint8))


def short(folder):
    write_folder(folder, count=3, frames=5)


def damaged(folder):
    (folder / "a.mp4").write_text("no video")


@pytest.mark.parametrize(
    "fill, fields, message",
    [
        (lambda f: None, {}, "videos contains no video; it must contain video"),
        (lambda f: f.rmdir(), {}, "videos does not exist; a folder of videos"),
        (still, {}, "Nothing moves in any clip.*--min_motion=0 to keep"),
        (short, {}, "shorter than a clip of 6 frames; the longest is a/0.npy"),
        (damaged, {"damaged": "skip"}, "None of the 1 videos can be read"),
        (
            write_folder,
            {"split_by": "person"},
            "--split_by=person is not a column .*; allowed are file, time",
        ),
    ],
)
def test_unusable_folders_are_refused(tmp_path, fill, fields, message):
    folder = tmp_path / "videos"
    folder.mkdir()
    fill(folder)
    with pytest.raises(ValueError, match=message):
        build(folder, tmp_path / "data", **fields)
    assert not list((tmp_path / "data").rglob("*tfrecord*"))


def test_a_folder_that_cannot_be_listed_is_named(tmp_path, monkeypatch):
    def refuse(*_, onerror, **__):
        onerror(PermissionError(13, "Permission denied", "/films/private"))

    monkeypatch.setattr(os, "walk", refuse)
    message = "/films/private cannot be listed .Permission denied.; a folder"
    with pytest.raises(ValueError, match=message):
        survey_module.videos_of(tmp_path)


@pytest.mark.parametrize(
    "field, message",
    [
        ({"num_frames": 0}, "num_frames is 0 but must be an integer of at"),
        ({"fit": "cut"}, "fit is 'cut' but must be one of crop, letterbox"),
        ({"min_motion": 1}, "min_motion is 1 but must be at least 0 and"),
        ({"damaged": "ask"}, "damaged is 'ask' but must be fail or skip"),
    ],
)
def test_invalid_fields_are_refused(field, message):
    with pytest.raises(ValueError, match=message):
        VideoFolderConfig(name="x", **field)


def test_links_to_folders_above_end(tmp_path):
    write_folder(tmp_path, count=1)
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    assert list(find_videos(tmp_path)) == ["a/0.npy"]


def test_real_videos(tmp_path, real_data):
    """Two runners, who are often out of the frame, and a boxer."""
    folder = tmp_path / "kth"
    folder.mkdir()
    names = ("person23_running_d3", "person16_boxing_d4", "person15_running_d1")
    for name in names:
        path = f"{name}_uncomp.avi"
        (folder / path).symlink_to(real_data / "kth" / path)
    fields = {"num_frames": 20, "hop": 20, "frame_size": 64}
    builder, lines = build(folder, tmp_path / "data", **fields)
    assert "grey, 25 frames per second" in lines[0]
    kept = {}
    for example in sum(examples(builder).values(), []):
        number = example["instance"]["recording"]
        kept[number] = kept.get(number, 0) + 1
    # Of 16, 23 and 14 clips; the boxer always moves.
    assert kept[1] == 23 and kept[0] < 14 and kept[2] < 12
    assert "that stand still" in lines[-1]
