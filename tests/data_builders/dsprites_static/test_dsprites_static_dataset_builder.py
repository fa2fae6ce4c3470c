import collections
import io
import pickle

import numpy as np
import pyarrow as pa
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.dsprites_static import (
    dsprites_static_dataset_builder as dsprites_static,
)
from mipae_tf.data_builders.dsprites_static.product_scene import ProductScene
from mipae_tf.data_builders.dsprites_static.properties import COLOURS
from mipae_tf.data_builders.dsprites_static.properties import there_and_back
from PIL import Image
from pyarrow import parquet

StaticConfig = dsprites_static.StaticConfig
_TINY = {"train_clips": 4, "validation_clips": 2, "test_clips": 2}


class DspritesStaticTest(tfds.testing.DatasetBuilderTestCase):
    DATASET_CLASS = dsprites_static.Builder
    SPLITS = {"train": 4, "validation": 2, "test": 2}
    BUILDER_CONFIG_NAMES_TO_TEST = [StaticConfig("tiny", num_frames=3, **_TINY)]


def scene_of(**fields) -> ProductScene:
    return ProductScene(StaticConfig("test", **fields))


def test_every_combination_is_one_clip_of_one_split():
    config = StaticConfig("test")
    parts = config.combinations()
    assert config.split_sizes() == {
        "train": 21_772,
        "validation": 4_666,
        "test": 4_666,
    }
    assert {name: len(part) for name, part in parts.items()} == (
        config.split_sizes()
    )
    every = np.concatenate(list(parts.values()))
    assert config.sizes() == (9, 3, 8, 8, 6, 3)
    np.testing.assert_array_equal(np.sort(every), np.arange(31_104))


def test_motions():
    scene = scene_of()
    scales = [scene.values_of((0,) * 4 + (n, 0))["scale"] for n in range(6)]
    expected = ["0123454321", "5432101234", "0242", "5313", "05", "50"]
    for found, cycle in zip(scales, expected, strict=True):
        shown = "".join(map(str, found))
        assert shown == (cycle * 8)[:16]
    turns = [
        scene.values_of((0,) * 4 + (0, n))["orientation"] for n in range(3)
    ]
    assert turns[0].tolist() == list(range(16))
    assert not turns[1].any()
    assert turns[2].tolist() == [0, *range(19, 4, -1)]
    longer = scene_of(num_frames=25)
    path = longer.values_of((0,) * 4 + (0, 0))["orientation"]
    assert path.tolist() == [*range(20), *range(5)]
    assert there_and_back(range(2, 5)) == (2, 3, 4, 3)


def test_the_factors_say_what_the_pixels_show():
    """Position, size, colour and the axis of ellipses, from pixels alone."""
    scene, shapes = scene_of(), collections.Counter()
    areas = {}  # by shape and scale
    turned = []  # sines of the angles between the axis and the factor
    for index in range(30):
        _, clip = scene.clip("validation", index)
        content, pose, video = clip["content"], clip["pose"], clip["video"]
        masks = clip["masks"][..., 0]
        np.testing.assert_array_equal(masks, video.any(-1))
        rgb = list(COLOURS.values())[content["colour"]]
        assert (video[masks > 0] == rgb).all()
        shapes[content["shape"]] += 1
        for time, mask in enumerate(masks):
            rows, columns = np.nonzero(mask)
            # A heart's centroid is not its centre of rotation.
            near = 2.2 if content["shape"] == 2 else 0.6
            for name, found in (("x", columns), ("y", rows)):
                place = 2 + 4 * content[name]
                centre = 15.5 + 32 * place / 31
                assert abs(found.mean() - centre) < near
            key = (content["shape"], pose["scale"][time])
            areas.setdefault(key, []).append(mask.sum())
            if content["shape"] == 1:
                angle = 2 * np.pi * 2 * pose["orientation"][time] / 39
                moments = np.cov(np.stack([columns, rows]))
                long = np.linalg.eigh(moments)[1][:, -1]
                axis = np.array([np.cos(angle), -np.sin(angle)])
                assert abs(long @ axis) > 0.97
                turned.append(
                    (long[0] * axis[1] - long[1] * axis[0])
                    * np.sign(long @ axis)
                )
    assert min(shapes.values()) > 5 and len(shapes) == 3
    assert abs(np.mean(turned)) < 0.03  # one step of dSprites is 0.16
    for (shape, scale), found in areas.items():
        largest = np.mean(areas[shape, 5])
        size = np.sqrt(np.mean(found) / largest)
        assert abs(size - (0.5 + 0.1 * scale)) < 0.03


def test_clips_are_known_by_their_index():
    scene = scene_of(num_frames=4)
    copy = pickle.loads(pickle.dumps(scene))
    key, clip = scene.clip("test", 7)
    other_key, other = copy.clip("test", 7)
    assert key == other_key
    np.testing.assert_array_equal(clip["video"], other["video"])
    video, masks = scene.render(clip["content"], clip["pose"])
    np.testing.assert_array_equal(video, clip["video"])
    np.testing.assert_array_equal(masks, clip["masks"])


def test_static_frames_do_not_show_motions():
    scene = scene_of()
    frames, content, pose = scene.sample_static(50, seed=2)
    assert set(content) == {"colour", "shape", "x", "y"}
    assert set(pose) == {"scale", "orientation"}
    rgb = np.array(list(COLOURS.values()))[content["colour"]]
    assert (frames.max((1, 2)) == rgb).all()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"test_clips": 4_667}, "test_clips is 4667 but must be at most 4,666"),
        ({"seed": 1}, "seed is 1 but must be one of 0"),
        ({"colour": False}, "colour is False but must be one of True"),
        ({"clips_from": "net"}, "clips_from is 'net' but must be one of"),
    ],
)
def test_an_invalid_field_is_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        StaticConfig("test", **fields)


_COLUMNS = ("color", "shape", "posX", "posY")
_COLUMNS += ("scale_dynamic", "orientation_dynamic")
_PREFIX = {"train": "train", "validation": "val", "test": "test"}


def rows_of(scene, split, count) -> list[dict]:
    """Rows as in the public files."""
    rows = []
    for flat in scene.config.combinations()[split][-count:]:
        labels = np.unravel_index(flat, scene.config.sizes())
        video, _ = scene.render(**scene.grouped(scene.values_of(labels)))
        row = dict(zip(_COLUMNS, map(int, labels), strict=True))
        row["x"] = [{"bytes": png(frame), "path": None} for frame in video]
        rows.append(row | {"id": int(flat)})
    return rows


def png(frame) -> bytes:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "png")
    return file.getvalue()


def write(path, rows) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(rows), path)


@pytest.fixture
def public(tmp_path):
    scene = scene_of(num_frames=4)
    for split, count in (("train", 5), ("validation", 2), ("test", 2)):
        rows = rows_of(scene, split, count)
        name = f"{_PREFIX[split]}-00000-of-00001.parquet"
        write(tmp_path / "manual" / "data" / name, rows)
    return tmp_path / "manual"


def build(folder, data_dir):
    config = StaticConfig("mine", num_frames=4, clips_from="files", **_TINY)
    builder = dsprites_static.Builder(config=config, data_dir=data_dir)
    settings = tfds.download.DownloadConfig(manual_dir=folder)
    builder.download_and_prepare(download_config=settings)
    return builder


def test_public_files_are_read(public, tmp_path):
    builder = build(public, tmp_path / "data")
    assert builder.info.metadata["clips"] == "files"
    flat = builder.builder_config.combinations()["train"][-5:-1]
    seen = set()
    for clip in tfds.as_numpy(builder.as_dataset(split="train")):
        drawn = builder.render(clip["content"], clip["pose"])
        np.testing.assert_array_equal(clip["video"], drawn)
        labels = [clip["content"][n] for n in ("colour", "shape", "x", "y")]
        for name in ("scale_motion", "orientation_motion"):
            labels.append(clip["pose"][name][0])
        sizes = builder.builder_config.sizes()
        seen.add(int(np.ravel_multi_index(labels, sizes)))
    assert seen == set(flat.tolist())


def edit(folder, change) -> None:
    path = folder / "data" / "train-00000-of-00001.parquet"
    rows = parquet.read_table(path).to_pylist()
    change(rows)
    write(path, rows)


def set_last(key, value):
    return lambda rows: rows[3].__setitem__(key, value)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda rows: [row.pop("posX") for row in rows],
            "has no column posX; it has",
        ),
        (lambda rows: rows.__delitem__(slice(2)), "has 3 clips, but train_cl"),
        (set_last("shape", 3), "row 3: shape is 3 but must be from 0 to 2"),
        (
            lambda rows: rows[3].update(color=(rows[3]["color"] + 1) % 9),
            r"row 3: the frames do not show color \d, shape \d, posX",
        ),
        (
            lambda rows: rows[3].update(posY=(rows[3]["posY"] + 1) % 8),
            "row 3: the frames do not show color",
        ),
        (
            lambda rows: rows[3]["x"].pop(),
            "row 3 has 3 frames, but num_frames is 4",
        ),
        (
            lambda rows: rows[3]["x"][1].update(bytes=b"no"),
            "row 3 has a frame that cannot be read",
        ),
    ],
)
def test_wrong_public_files_are_refused(public, tmp_path, change, message):
    edit(public, change)
    with pytest.raises(ValueError, match=message) as raised:
        build(public, tmp_path / "data")
    assert "train-" in str(raised.value)
    assert not list((tmp_path / "data").glob("dsprites_static/mine/*"))


def test_missing_or_damaged_public_files_are_refused(public, tmp_path):
    with pytest.raises(ValueError, match="--manual_dir is missing or empty"):
        build(tmp_path / "none", tmp_path / "data")
    path = public / "data" / "val-00000-of-00001.parquet"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    with pytest.raises(ValueError, match="val.*cannot be read .*get it again"):
        build(public, tmp_path / "data")
    path.rename(path.with_name("val-00000-of-00002.parquet"))
    with pytest.raises(ValueError, match="has 1 of the 2 files val-"):
        build(public, tmp_path / "data")
    path.with_name("val-00000-of-00002.parquet").unlink()
    with pytest.raises(ValueError, match="must have the files val-.*has none"):
        build(public, tmp_path / "data")
