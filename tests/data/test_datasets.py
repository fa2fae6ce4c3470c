import pathlib
import shutil

import numpy as np
import pytest
import tensorflow_datasets as tfds
from mipae_tf.data_builders.moving_dsprites import (
    moving_dsprites_dataset_builder as moving_dsprites,
)
from mipae_tf.data_builders.moving_dsprites.sprites_config import SpritesConfig

from mipae_tf.cli import screen as console
from mipae_tf.data import Factor
from mipae_tf.data import datasets
from mipae_tf.data import open_clips
from mipae_tf.data.sources import spread_order

TINY = SpritesConfig(
    "tiny",
    num_frames=3,
    train_clips=4,
    validation_clips=2,
    test_clips=2,
    sprites_from="drawn",
)


class Builder(moving_dsprites.Builder, skip_registration=True):
    """Moving dSprites with one small configuration."""

    BUILDER_CONFIGS = [TINY]


Builder.name = "moving_dsprites"


@pytest.fixture
def tiny(monkeypatch, tmp_path):
    monkeypatch.setitem(datasets.BUILDERS, "moving_dsprites", Builder)
    return {"dataset": "moving_dsprites/tiny", "data_dir": str(tmp_path)}


def test_a_split_is_built_and_read_in_order(tiny, capsys, monkeypatch):
    monkeypatch.setattr(console, "_seconds_between_lines", lambda elapsed: 0)
    clips = open_clips(split="train", **tiny)
    said = capsys.readouterr()
    first, *counted, last = said.err.splitlines()
    told = f"building moving_dsprites/tiny in {tiny['data_dir']}"
    assert first.startswith(told)
    assert [line.split(",")[0] for line in counted] == [
        f"building: clip {n} of 8" for n in range(1, 8)
    ]
    assert last.startswith("built moving_dsprites/tiny in ")
    assert not said.out
    assert clips.video.shape == (4, 3, 64, 64, 3)
    shape, place = (
        next(f for f in clips.factors if f.name == name)
        for name in ("shape_0", "x_0")
    )
    assert shape == Factor("shape_0", "class", False, size=3, object=0)
    assert place == Factor("x_0", "position", True, 32, 0, "x")
    assert clips.objects() == {
        0: {"x": "x_0", "y": "y_0"},
        1: {"x": "x_1", "y": "y_1"},
    }
    assert clips.pose["x_0"].shape == (4, 3)
    again = open_clips(split="train", **tiny)
    assert capsys.readouterr() == ("", ""), "built once"
    assert again.fingerprint() == clips.fingerprint()
    # Two clips are the first two clips, and the truth belongs to them.
    some = open_clips(split="train", limit=2, **tiny)
    np.testing.assert_array_equal(some.video, clips.video[:2])
    builder = datasets.open_builder(**tiny)
    drawn = builder.render(
        {k: v[1] for k, v in some.content.items()},
        {k: v[1] for k, v in some.pose.items()},
    )
    np.testing.assert_array_equal(drawn, some.video[1])
    # Where the dataset has sources, they take turns.
    name, order = next(
        (name, order)
        for name, values in clips.content.items()
        if any((order := spread_order(values))[:3] != range(3))
    )
    source = (Factor(name, "source", per_frame=False),)
    monkeypatch.setattr(datasets, "from_metadata", lambda metadata: source)
    some = open_clips(split="train", limit=3, **tiny)
    np.testing.assert_array_equal(some.video, clips.video[order[:3]])


def _no_more(*_):
    raise AssertionError("decoded again")


def test_a_split_is_decoded_once_into_a_folder(tiny, tmp_path, monkeypatch):
    plain = open_clips(split="train", **tiny)
    monkeypatch.setenv("HOME", str(tmp_path))
    kept = {**tiny, "data_dir": "~", "clips_dir": "~/kept"}
    for clips in (open_clips(split="train", **kept) for _ in range(2)):
        assert isinstance(clips.video, np.memmap)
        np.testing.assert_array_equal(clips.video, plain.video)
        assert clips.fingerprint() == plain.fingerprint()
        assert clips.factors == plain.factors
        for name, values in clips.values.items():
            np.testing.assert_array_equal(values, plain.values[name])
        # Masks are written on the first request.
        masks = clips.with_streams(["masks"]).streams["masks"]
        assert isinstance(masks, np.memmap)
        np.testing.assert_array_equal(masks > 0, plain.video[..., :2] > 0)
        monkeypatch.setattr(datasets, "_examples", _no_more)
    (folder,) = (tmp_path / "kept").iterdir()
    files = {path.name for path in folder.iterdir()}
    assert files == {"video.npy", "masks.npy", "values.npz"}


def test_clips_that_take_too_much_memory_are_mapped(tiny, tmp_path, capsys):
    plain = open_clips(split="train", **tiny)
    size = plain.video.nbytes
    for most, kind in ((size, np.ndarray), (size - 1, np.memmap)):
        clips = open_clips(split="train", most_in_memory=most, **tiny)
        assert type(clips.video) is kind
        np.testing.assert_array_equal(clips.video, plain.video)
    said = capsys.readouterr().err
    assert said.count("are memory-mapped from") == 1
    assert (tmp_path / "decoded_clips").is_dir()
    # Of two clips only.
    clips = open_clips(split="train", most_in_memory=size // 2, limit=2, **tiny)
    assert type(clips.video) is np.ndarray


def test_streams_are_decoded_on_request(tiny, monkeypatch):
    decoded = []

    def counted(builder, split, streams, decode=datasets._examples):
        decoded.extend(streams)
        return decode(builder, split, streams)

    monkeypatch.setattr(datasets, "_examples", counted)
    clips = open_clips(split="train", **tiny)
    assert set(clips.streams) == {"video"} and decoded == ["video"]
    some = clips.take(slice(1, 3)).with_streams(("video", "masks"))
    assert decoded == ["video", "masks"]
    masks = some.streams["masks"]
    assert masks.shape == (2, 3, 64, 64, 2) and masks.dtype == np.uint8
    np.testing.assert_array_equal(masks > 0, clips.video[1:3, ..., :2] > 0)
    both = open_clips(split="train", streams=("masks",), **tiny)
    np.testing.assert_array_equal(both.streams["masks"][1:3], masks)
    assert both.with_streams(["masks"]) is both
    message = "has no feature 'actions'; its features are .*masks"
    with pytest.raises(ValueError, match=message):
        open_clips(split="train", streams=("actions",), **tiny)
    with pytest.raises(ValueError, match=message):
        clips.with_streams(["actions"])


def test_an_older_version_is_kept_when_a_new_one_is_built(tiny, monkeypatch):
    folder = pathlib.Path(tiny["data_dir"]) / "moving_dsprites" / "tiny"
    monkeypatch.setattr(Builder, "VERSION", tfds.core.Version("1.0.0"))
    monkeypatch.setattr(Builder, "RELEASE_NOTES", {})
    before = open_clips(split="test", **tiny)
    files = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    monkeypatch.undo()
    monkeypatch.setitem(datasets.BUILDERS, "moving_dsprites", Builder)
    after = open_clips(split="test", **tiny)
    assert {path.name for path in folder.iterdir()} == {"1.0.0", "1.1.0"}
    for path, changed in files.items():
        assert path == folder or path.stat().st_mtime_ns == changed
    assert after.fingerprint() == before.fingerprint()


def test_different_clips_of_a_dataset_have_different_folders(tiny, tmp_path):
    kept = {**tiny, "clips_dir": str(tmp_path / "kept")}
    assert len(open_clips(split="train", limit=3, **kept)) == 3
    assert len(open_clips(split="train", **kept)) == 4
    assert len(open_clips(split="test", **kept)) == 2
    shutil.rmtree(tmp_path / "moving_dsprites")  # built again
    assert len(open_clips(split="test", **kept)) == 2
    assert len(list((tmp_path / "kept").iterdir())) == 4


def test_a_limit_above_the_split_size_reads_all_clips(tiny):
    assert len(open_clips(split="test", limit=1000, **tiny)) == 2


def test_an_unknown_split_is_named(tiny):
    with pytest.raises(ValueError, match="no split 'dev'; it has .*validation"):
        open_clips(split="dev", **tiny)


@pytest.mark.parametrize(
    "dataset, message",
    [
        ("moving_dsprites/none", "no config 'none'; it has .*quickstart"),
        ("no_such_set", "there is no dataset 'no_such_set' in tfds"),
    ],
)
def test_unknown_names_are_refused(dataset, message, tmp_path):
    with pytest.raises(ValueError, match=f"--dataset={dataset}.*{message}"):
        open_clips(dataset, "train", str(tmp_path))


def test_own_builders_have_priority_over_those_of_tfds(tmp_path):
    builder = datasets.open_builder("moving_mnist", str(tmp_path))
    assert type(builder).__module__.startswith("mipae_tf.data_builders")


def test_the_geometry_of_datasets_of_videos():
    found = datasets.geometry_of_dataset("kth_actions/drnet_128")
    assert (found.frame_size, found.fit, found.channels) == (128, "stretch", 1)
    assert datasets.geometry_of_dataset("kth_actions").frame_size == 64
    for name in ("moving_dsprites/two_sprites", "none/such", "kth_actions/x"):
        assert datasets.geometry_of_dataset(name) is None
