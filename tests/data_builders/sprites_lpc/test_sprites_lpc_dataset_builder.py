import pathlib
import tempfile

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.sprites_lpc import characters
from mipae_tf.data_builders.sprites_lpc import sheets
from mipae_tf.data_builders.sprites_lpc import (
    sprites_lpc_dataset_builder as sprites_lpc,
)
from mipae_tf.data_builders.sprites_lpc.lpc_config import LpcConfig
from PIL import Image

_EXAMPLES = tempfile.TemporaryDirectory()
_TRAIN, _TEST = (0, 7, 1295), (40,)
_FILE = "sprites_of_the_test.npz"


def coloured(number: int, move: int) -> np.ndarray:
    """Frames whose colours say which character, move and phase they show."""
    frames = np.zeros(characters.CYCLE_SHAPE, np.uint8)
    frames[..., 0] = number % 256
    frames[..., 1] = 16 * (number // 256) + move
    frames[..., 2] = np.arange(8)[:, None, None]
    return frames


def arrays(train=_TRAIN, test=_TEST) -> dict[str, np.ndarray]:
    found = {}
    for part, numbers in (("train", train), ("test", test)):
        rows = [(number, move) for move in range(9) for number in numbers]
        found[f"x_{part}"] = np.stack([coloured(*row) for row in rows])
        found[f"attributes_{part}"] = np.array(
            [characters.attributes_of(number) for number, _ in rows], np.uint8
        )
        found[f"action_{part}"] = np.array([m for _, m in rows], np.uint8)
    return found


def write(folder, found=None, name=_FILE) -> pathlib.Path:
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(folder / name, **(arrays() if found is None else found))
    return folder


def builder_of(data_dir, **fields) -> sprites_lpc.Builder:
    return sprites_lpc.Builder(
        config=LpcConfig("tiny", **fields), data_dir=data_dir
    )


def build(folder, data_dir, watch=None, **fields) -> sprites_lpc.Builder:
    builder = builder_of(data_dir, **fields)
    builder.watch = watch
    settings = tfds.download.DownloadConfig(manual_dir=folder)
    builder.download_and_prepare(download_config=settings)
    return builder


def read(builder, split) -> list[dict]:
    return list(tfds.as_numpy(builder.as_dataset(split=split)))


def number_of(example) -> int:
    content = example["content"]
    return int(
        characters.character_number(
            *(content[name] for name in characters.ATTRIBUTES)
        )
    )


class SpritesLpcTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = sprites_lpc.Builder
    BUILDER_CONFIG_NAMES_TO_TEST = ["full"]
    SPLITS = {"train": 18, "validation": 9, "test": 9}
    EXAMPLE_DIR = _EXAMPLES.name

    @classmethod
    def setUpClass(cls):
        write(_EXAMPLES.name)
        super().setUpClass()


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    root, counted = tmp_path_factory.mktemp("lpc"), []

    def watch(total):
        counted.append(total)
        return lambda: counted.append("clip")

    yield build(write(root / "manual"), root / "data", watch, test_clips=5)
    # The clips that there are, not those of the config.
    assert counted == [32, *["clip"] * 32]


def test_the_factors_say_what_the_pixels_show(built):
    seen = {}
    for split, count in (("train", 18), ("validation", 9), ("test", 5)):
        found = read(built, split)
        assert len(found) == count
        moves = set()
        for example in found:
            number, pose = number_of(example), example["pose"]
            assert example["instance"]["character"] == number
            move = 3 * pose["action"] + pose["direction"]  # [time]
            assert (move == move[0]).all()
            assert pose["phase"].tolist() == list(range(8))
            np.testing.assert_array_equal(
                example["video"], coloured(number, int(move[0]))
            )
            moves.add((number, int(move[0])))
        assert len(moves) == count  # no clip twice
        seen[split] = {number for number, _ in moves}
    assert seen["test"] == set(_TEST)
    assert seen["train"] | seen["validation"] == set(_TRAIN)
    assert not seen["train"] & seen["validation"]
    assert built.info.metadata["characters"] == {
        "train": 2,
        "validation": 1,
        "test": 1,
    }


def test_a_swap_is_the_clip_of_the_other_action(built):
    one, other = read(built, "train")[0], read(built, "test")[1]
    pose = other["pose"]
    move = int(3 * pose["action"][0] + pose["direction"][0])
    video = built.render(one["content"], pose)
    np.testing.assert_array_equal(video, coloured(number_of(one), move))
    unknown = one["content"] | {"hair": 3}
    with pytest.raises(
        ValueError, match=r"no frames of .* hair 3; .* 4 of 1,2"
    ):
        built.render(unknown, pose)
    with pytest.raises(ValueError, match="content lacks 'body'"):
        built.render({}, pose)
    assert not built.has_static
    with pytest.raises(ValueError, match="does not have all characters"):
        built.sample_static(1, 0)


def test_longer_clips_start_anywhere(tmp_path):
    folder = write(tmp_path / "manual")
    builder = build(folder, tmp_path, num_frames=11, any_start=True)
    starts = set()
    for clip in read(builder, "train"):
        phase = clip["pose"]["phase"]
        assert (phase == (phase[0] + np.arange(11)) % 8).all()
        assert (clip["video"][:, 5, 5, 2] == phase).all()
        starts.add(int(phase[0]))
    assert len(starts) > 3


@pytest.mark.slow
def test_beam_and_the_loop_write_the_same_clips(built, tmp_path):
    folder = write(tmp_path / "manual")
    beam = build(folder, tmp_path / "data", beam_above=1, test_clips=5)
    for split in ("train", "validation", "test"):
        clips = zip(read(built, split), read(beam, split), strict=True)
        for one, other in clips:
            np.testing.assert_array_equal(one["video"], other["video"])


def changed(**fields) -> dict[str, np.ndarray]:
    return arrays((0, 7), (40,)) | fields


_SMALL = arrays((0, 7), (40,))


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (
            {k: v for k, v in _SMALL.items() if k != "x_test"},
            "is not a file of sprites .*no item named 'x_test.npy'",
        ),
        (
            changed(x_train=np.zeros((18, 8, 32, 32, 3), np.uint8)),
            r"x_train must be uint8 \(18, 8, 64, 64, 3\) in C order, got uint8",
        ),
        (
            changed(action_test=np.arange(1, 10)),
            "action_test must be from 0 to 8, got 1 to 9",
        ),
        (
            changed(attributes_test=np.zeros((9, 4))),
            "attributes_test must be integers, got float64",
        ),
        (
            changed(action_names=np.array(["walk"] * 9)),
            r"action_names must be \['walk_front', ",
        ),
        (
            changed(action_test=np.array([0, 0, *range(2, 9)])),
            r"npz: the character body 0, bottomwear 1, topwear 0, hair 4 has "
            "walk_front twice",
        ),
        (
            arrays((0, 7), (7,)),
            "hair 1 is in train and in test, but each character",
        ),
        (
            {k: v[:-1] if k.endswith("test") else v for k, v in _SMALL.items()},
            "hair 4 lacks slash_right, but each character must have every",
        ),
        (arrays((0,), (40,)), "has no character for train; it must have two"),
    ],
)
def test_a_wrong_file_is_refused_and_leaves_no_files(tmp_path, found, message):
    folder = write(tmp_path / "manual", found)
    with pytest.raises(ValueError, match=message) as raised:
        build(folder, tmp_path / "data")
    assert str(folder) in str(raised.value)
    assert not list((tmp_path / "data").glob("sprites_lpc/tiny/*"))


def test_a_missing_or_damaged_source_is_refused(tmp_path):
    with pytest.raises(ValueError, match="--manual_dir is missing or empty"):
        build(tmp_path / "none", tmp_path / "data")
    folder = write(tmp_path / "manual", {})
    (folder / _FILE).rename(folder / "other.npz")
    with pytest.raises(ValueError, match="must have one file .*, but has none"):
        build(folder, tmp_path / "data")
    (folder / _FILE).write_bytes(b"PK not really")
    with pytest.raises(ValueError, match="is not a file of sprites"):
        build(folder, tmp_path / "data")
    with pytest.raises(ValueError, match="pixels_from is 'sheets' but"):
        build(folder, tmp_path / "data", pixels_from="sheets")
    with pytest.raises(ValueError, match="has no characters.npz in"):
        builder_of(tmp_path / "data").render({}, {})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"frame_size": 32}, "frame_size is 32 but must be one of 64"),
        ({"colour": False}, "colour is False but must be one of True"),
        ({"validation_share": 1.0}, "validation_share is 1.0 but must be a"),
        ({"pixels_from": "net"}, "pixels_from is 'net' but must be one of"),
    ],
)
def test_an_invalid_field_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        LpcConfig("test", **fields)


def write_sheets(folder, rows=16) -> None:
    """Sheets whose cell (row, column) of layer n has a dot of its own."""
    for layer, name in enumerate((*characters.ATTRIBUTES, "shoes")):
        (folder / name).mkdir(parents=True)
        for value in (1,) if name == "shoes" else range(6):
            cells = np.zeros((rows, 64, 13, 64, 4), np.uint8)
            dots = cells[:, layer, :, 3 * layer]  # [rows, columns, RGBA]
            dots[..., 0] = np.arange(rows)[:, None]
            dots[..., 1] = np.arange(13)
            dots[..., 2:] = 10 * value + layer, 255
            # A half transparent pixel that all layers share.
            cells[:, 40, :, 40] = 200, 0, 0, 128
            sheet = Image.fromarray(cells.reshape(rows * 64, 832, 4))
            sheet.save(folder / name / f"{value}.png", compress_level=1)


def test_sheets_are_cut_and_laid_over_each_other(tmp_path, monkeypatch):
    write_sheets(tmp_path)
    monkeypatch.setattr(sheets, "NUM_CHARACTERS", 9)
    monkeypatch.setattr(sheets, "_TRAIN", 6)
    cycles = list(sheets.render_cycles(tmp_path))
    assert len(cycles) == 9 * 9
    assert sum(cycle.part == "test" for cycle in cycles) == 3 * 9
    # Row 9 is walking to the left, 3 casting to the right, 14 a slash ahead.
    expected = {
        1: (9, [8, 1, 2, 3, 4, 5, 6, 7]),
        5: (3, [0, 1, 2, 3, 4, 5, 4, 6]),
        6: (14, [0, 1, 2, 3, 4, 5, 4, 0]),
    }
    for cycle in cycles:
        assert cycle.frames.shape == (8, 64, 64, 3)
        values = (*cycle.attributes, 1)
        for layer, value in enumerate(values):
            dots = cycle.frames[:, layer, 3 * layer]  # [time, 3]
            assert (dots[:, 2] == 10 * value + layer).all()
            if cycle.move in expected:
                row, columns = expected[cycle.move]
                assert (dots[:, 0] == row).all()
                assert dots[:, 1].tolist() == columns
        assert (cycle.frames[:, 20, 20] == 0).all()
        # Five layers, each half of what is below: 200 (1 - 2^-5).
        assert (abs(cycle.frames[:, 40, 40, 0].astype(int) - 194) <= 3).all()


def test_a_wrong_sheet_is_refused(tmp_path):
    write_sheets(tmp_path, rows=1)
    assert sheets.is_sheets(tmp_path)
    with pytest.raises(ValueError, match="0.png has 832 x 64 pixels, but a"):
        next(sheets.render_cycles(tmp_path))
    (tmp_path / "body" / "0.png").write_bytes(b"nothing")
    with pytest.raises(ValueError, match="0.png cannot be read"):
        next(sheets.render_cycles(tmp_path))
    (tmp_path / "body" / "0.png").unlink()
    with pytest.raises(ValueError, match="0.png is missing; the sheets are"):
        next(sheets.render_cycles(tmp_path))


def test_all_characters_have_static_frames(monkeypatch, tmp_path):
    """As if there were four characters only."""
    monkeypatch.setattr(characters, "NUM_CHARACTERS", 4)
    folder = write(tmp_path / "manual", arrays((0, 7, 9), (40,)))
    builder = build(folder, tmp_path / "data")
    assert builder.info.metadata["complete"] and builder.has_static
    monkeypatch.setattr(
        characters.Characters, "cycle", lambda self, n, m: coloured(n, m)
    )
    frames, content, pose = builder.sample_static(200, seed=1)
    numbers = characters.character_number(**content)
    assert set(content) == set(characters.ATTRIBUTES)
    assert (frames[:, 9, 9, 0] == numbers % 256).all()
    move = 3 * pose["action"] + pose["direction"]
    assert (frames[:, 9, 9, 1] == 16 * (numbers // 256) + move).all()
    assert (frames[:, 9, 9, 2] == pose["phase"]).all()
    assert len(set(numbers)) > 150


@pytest.mark.slow
def test_the_published_characters(real_data, tmp_path):
    builder = build(real_data / "sprites_lpc", tmp_path)
    counts = {k: v.num_examples for k, v in builder.info.splits.items()}
    assert counts == {"train": 1944, "validation": 216, "test": 540}
    order = np.random.RandomState(423).permutation(1296)
    source = np.load(next((real_data / "sprites_lpc").glob("*.npz")))
    at = {
        (*row, move): index
        for index, (row, move) in enumerate(
            zip(
                source["attributes_test"].tolist(),
                source["action_test"].tolist(),
                strict=True,
            )
        )
    }
    frames = source["x_test"]
    for example in read(builder, "test"):
        assert number_of(example) in order[1000:]
        pose, content = example["pose"], example["content"]
        key = [int(content[name]) for name in characters.ATTRIBUTES]
        move = int(3 * pose["action"][0] + pose["direction"][0])
        np.testing.assert_array_equal(
            example["video"], frames[at[(*key, move)]]
        )
        action = pose["action"][0]
        same = (example["video"][4] == example["video"][6]).all()
        assert same == (action != 0)
