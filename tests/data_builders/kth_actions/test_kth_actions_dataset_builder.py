import pathlib
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.kth_actions.kth_actions_dataset_builder import (
    ACTIONS,
)
from mipae_tf.data_builders.kth_actions.kth_actions_dataset_builder import (
    PERSONS_OF,
)
from mipae_tf.data_builders.kth_actions.kth_actions_dataset_builder import (
    Builder,
)
from mipae_tf.data_builders.kth_actions.kth_actions_dataset_builder import (
    KthConfig,
)
from video_folders import moving_square
from video_folders import write_movie

_EXAMPLES = tempfile.TemporaryDirectory()
# One person of each split: 11 trains, 19 validates and 22 tests.
NAMES = ("person11_boxing_d1", "person19_walking_d2", "person22_running_d4")
INTERVALS = {NAMES[0]: "1-21, 24-50", NAMES[1]: "3-24", NAMES[2]: "5-27, 30-90"}


def write_videos(folder, names=NAMES, frames=50):
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        write_movie(folder / f"{name}_uncomp.avi", number, frames=frames)
    return folder


def write_sequences(folder, intervals=INTERVALS):
    lines = [f"{name}\t\tframes\t{it}" for name, it in intervals.items()]
    (folder / "00sequences.txt").write_text("\n".join(lines))


class KthActionsTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["standard_64"]
    SPLITS = {"train": 3, "validation": 1, "test": 2}
    EXAMPLE_DIR = _EXAMPLES.name

    @classmethod
    def setUpClass(cls):
        folder = pathlib.Path(_EXAMPLES.name)
        write_videos(folder)
        write_sequences(folder)
        super().setUpClass()


def build(folder, data_dir, **fields):
    """The builder after building, and the lines that it printed."""
    fields = {"num_frames": 6, "hop": 6, "frame_size": 16, **fields}
    config = KthConfig(name="standard_16", **fields)
    builder = Builder(config=config, data_dir=str(data_dir))
    lines = []
    builder.say = lines.append
    settings = tfds.download.DownloadConfig(manual_dir=str(folder))
    builder.download_and_prepare(download_config=settings)
    return builder, lines


def examples(builder):
    return {
        split: list(tfds.as_numpy(builder.as_dataset(split=split)))
        for split in builder.info.splits
    }


def starts(found):
    return sorted(int(example["instance"]["start"]) for example in found)


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root = tmp_path_factory.mktemp("kth")
    write_videos(root / "videos" / "all")
    write_sequences(root / "videos")
    (root / "videos" / "all" / "person99_boxing_d1_uncomp.avi").touch()
    builder, lines = build(root / "videos", root / "data")
    return builder, lines, examples(builder)


def test_clips_do_not_cross_an_interval(built):
    """Intervals are cut short where the video ends."""
    found = built[2]
    assert starts(found["train"]) == [0, 6, 12, 23, 29, 35, 41]
    assert starts(found["validation"]) == [2, 8, 14]
    assert starts(found["test"]) == [4, 10, 16, 29, 35, 41]


def test_frames_are_those_of_the_video(built):
    for split, number in (("train", 0), ("validation", 1), ("test", 2)):
        whole = moving_square(number, 50)  # 20 x 16, stretched to 16 x 16
        for example in built[2][split]:
            start = example["instance"]["start"]
            light = whole[start : start + 6].mean(axis=(1, 2))
            seen = example["video"].mean(axis=(1, 2, 3))
            np.testing.assert_allclose(seen, light, atol=3)
            # The bright square is where it is in the video.
            left = [
                (clip > 150).any(axis=1).argmax(axis=-1)
                for clip in (example["video"][..., 0], whole[start : start + 6])
            ]
            np.testing.assert_allclose(left[0] / 16, left[1] / 20, atol=0.07)


def test_factors_are_in_the_names_of_files(built):
    builder, _, found = built
    for split, name in zip(("train", "validation", "test"), NAMES, strict=True):
        person, action, scenario = name.split("_")
        features = builder.info.features
        for example in found[split]:
            content = {
                key: features["content"][key].int2str(value)
                for key, value in example["content"].items()
            }
            assert content["person"] == person
            number = int(scenario[1]) - 1
            assert example["content"]["scenario"] == number
            assert (example["pose"]["action"] == ACTIONS.index(action)).all()
            assert example["pose"]["action"].shape == (6,)
            metadata, places = builder.info.metadata, example["instance"]
            assert metadata["sources"][places["source"]] == person
            assert metadata["recordings"][places["recording"]] == name


def test_missing_videos_are_counted(built):
    assert built[1] == [
        "found 3 of the 599 videos; 596 are missing",
        "kept 7 train, 3 validation, 6 test clips",
    ]


def test_without_intervals_whole_videos_are_used(tmp_path):
    folder = write_videos(tmp_path / "videos", frames=12)
    for name in ("person12_boxing_d1", "person14_boxing_d1"):
        write_videos(folder, [name], frames=12)
    builder, lines = build(folder, tmp_path / "data")
    assert lines[1] == (
        f"there is no 00sequences.txt in {folder}: such videos are used as a "
        "whole, without clips in which less than 0.20% of the pixels change "
        "from frame to frame"
    )
    assert starts(examples(builder)["validation"]) == [0, 6]
    write_sequences(folder, {NAMES[0]: "1-6"})
    builder, lines = build(folder, tmp_path / "again")
    assert lines[1].startswith("4 videos are not in ")
    assert starts(examples(builder)["train"]) == [0, 0, 0, 6, 6]


def test_persons_at_random(tmp_path):
    folder = write_videos(
        tmp_path, ["person11_boxing_d1", "person11_boxing_d2"]
    )
    with pytest.raises(ValueError, match="has videos of person 11 only; train"):
        build(folder, tmp_path / "data", split_by="person")
    write_videos(folder, ["person12_boxing_d1", "person13_boxing_d1"])
    builder, _ = build(folder, tmp_path / "data", split_by="person")
    used = [
        {int(example["content"]["person"]) for example in found}
        for found in examples(builder).values()
    ]
    assert sum(map(len, used)) == 3 and set.union(*used) == {10, 11, 12}


def test_a_split_without_persons_is_refused(tmp_path):
    folder = write_videos(tmp_path / "few", NAMES[:2], frames=2)
    with pytest.raises(
        ValueError,
        match="standard_16 has no video for test: it needs persons 2, 3, .*"
        "has 11, 19; .* --dataset=kth_actions/by_person_16",
    ):
        build(folder, tmp_path / "data")
    (tmp_path / "no").mkdir()
    (tmp_path / "no" / "person01_dancing_d1_uncomp.avi").touch()
    with pytest.raises(ValueError, match="contains no video of KTH actions"):
        build(tmp_path / "no", tmp_path / "data")
    with pytest.raises(ValueError, match="--manual_dir is missing or empty"):
        build(tmp_path / "missing", tmp_path / "data")
    write_videos(folder / "more", NAMES[:1], frames=2)
    with pytest.raises(ValueError, match="are the same video; remove one of"):
        build(folder, tmp_path / "data")


def test_every_person_is_in_one_split():
    for splits in PERSONS_OF.values():
        persons = [person for those in splits.values() for person in those]
        assert sorted(persons) == list(range(1, 26))
    with pytest.raises(ValueError, match="split_by is 'file' but must be one"):
        KthConfig(name="x", split_by="file")
