import json
import os
import signal

import keras
import numpy as np
import pytest
import tensorflow as tf
from mipae_tf.data_builders.recorded.geometry import Geometry
from models.harness import moving_clips
from models.harness import small_config
from video_folders import write_folder

from mipae_tf.data import Clips
from mipae_tf.data.video_options import VideoOptions
from mipae_tf.models import config_class
from mipae_tf.runs import RunFolder
from mipae_tf.runs import load
from mipae_tf.training import TrainingOptions
from mipae_tf.training import job
from mipae_tf.training import sources
from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.job import train_model
from mipae_tf.training.logbook import Logbook

STEPS = {"representation_steps": 6, "dynamics_steps": 6}
EVERY_THREE = TrainingOptions(
    steps_per_call=2, log_every=3, validate_every=3, pictures=False
)


def clips():
    video = moving_clips(12)
    return {"train": video[:8], "validation": video[8:]}


def run(folder, model="mipae", options=EVERY_THREE, given=None, **kwargs):
    kwargs.setdefault("clips", clips())
    given = small_config(model, **{**STEPS, **(given or {})})
    return train_model(
        folder, None, model, "default", given, options=options, **kwargs
    )


def interrupt(monkeypatch, stage, step):
    """Interrupts training when it logs the losses of that step."""
    write = Logbook.write

    def stopping(self, group, numbers):
        here = self._stage.name, int(self._stage.step.numpy())
        if here == (stage, step) and group == "training":
            raise KeyboardInterrupt
        write(self, group, numbers)

    monkeypatch.setattr(Logbook, "write", stopping)


def terminate(monkeypatch, stage, step):
    """Sends SIGTERM when training reaches that step."""
    update = Logbook.update_progress

    def terminating(self, steps):
        update(self, steps)
        if (self._stage.name, int(self._stage.step.numpy())) == (stage, step):
            os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(Logbook, "update_progress", terminating)


def losses(folder):
    """Log lines without the values that depend on time."""
    clock = ("steps_per_second", "data_wait_share")
    return [
        {k: v for k, v in row.items() if k not in clock}
        for row in RunFolder(folder).read_losses()
    ]


@pytest.mark.slow
def test_an_interrupted_run_gives_the_same_result(tmp_path, monkeypatch):
    """Bit for bit, for both stages and any state of the global generators."""
    keras.utils.set_random_seed(0)
    straight = run(tmp_path / "straight")
    keras.utils.set_random_seed(0)
    broken = tmp_path / "broken"
    with monkeypatch.context() as patch:
        interrupt(patch, "representation", 6)
        with pytest.raises(KeyboardInterrupt):
            run(broken)
    keras.utils.set_random_seed(99)
    with monkeypatch.context() as patch:
        terminate(patch, "dynamics", 2)
        with pytest.raises(Interrupted, match="dynamics step 2 of 6") as stop:
            run(broken)
    assert stop.value.number == signal.SIGTERM
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    finished = run(broken)
    assert losses(broken) == losses(tmp_path / "straight")
    for one, two in zip(straight.variables, finished.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy(), one.path)
    folder = RunFolder(broken)
    for stage in ("representation", "dynamics"):
        for kind in ("newest", "best"):
            assert list(folder.checkpoints(stage, kind).glob("*.index"))
        best = folder.checkpoints(stage, "best.json")
        seen = [
            row["loss"]
            for row in losses(broken)
            if row["stage"] == stage and row["group"] == "validation"
        ]
        assert json.loads(best.read_text())["loss"] == min(seen)
    loaded = load(broken)
    for one, two in zip(loaded.variables, finished.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy(), one.path)


@pytest.mark.slow
def test_the_result_depends_only_on_the_seed(tmp_path):
    short = {"representation_steps": 2, "dynamics_steps": 0}
    once = run(tmp_path / "a", "ae_lstm", given=short)
    again = run(tmp_path / "b", "ae_lstm", given=short)
    for one, two in zip(once.variables, again.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy(), one.path)
    assert losses(tmp_path / "a") == losses(tmp_path / "b")


@pytest.mark.slow
def test_training_on_a_tf_dataset_and_from_given_weights(tmp_path):
    video = clips()
    source = {
        split: tf.data.Dataset.from_tensor_slices(array)
        for split, array in video.items()
    }
    options = TrainingOptions(validation_batches=1)  # with pictures
    first = run(
        tmp_path / "a",
        "ae_lstm",
        options,
        {"representation_steps": 2, "dynamics_steps": 1},
        clips=source,
        train_clips=6,
    )
    assert RunFolder(tmp_path / "a").settings().train_clips == 6
    none = {"representation_steps": 0, "dynamics_steps": 0}
    second = run(
        tmp_path / "b",
        "ae_lstm",
        given=none,
        clips={split: Clips(array) for split, array in video.items()},
        init_from=tmp_path / "a",
        seed=7,
    )
    for one, two in zip(first.variables, second.variables, strict=True):
        np.testing.assert_array_equal(one.numpy(), two.numpy(), one.path)
    with pytest.raises(ValueError, match="other networks"):
        run(
            tmp_path / "c",
            "ae_lstm",
            given={"width": 3},
            init_from=tmp_path / "a",
        )
    assert not (tmp_path / "c").exists()


def test_train_clips_does_not_limit_validation(monkeypatch):
    """All validation clips are used, whatever the source."""
    source = {"data_dir": "here", "manual_dir": None, "clips_dir": None}
    options = TrainingOptions(train_clips=3, **source)
    opened = sources.own_splits(clips(), TrainingOptions(train_clips=3))
    assert {name: len(own) for name, own in opened.items()} == {
        "train": 3,
        "validation": 4,
    }
    np.testing.assert_array_equal(opened["train"].video, clips()["train"][:3])
    monkeypatch.setattr(
        sources, "open_clips", lambda *args, **given: (args, given)
    )
    opened = sources.dataset_splits("dsprites", options)
    for split, limit in (("train", 3), ("validation", None)):
        args, given = opened[split]
        assert args == ("dsprites", split)
        assert given == {"limit": limit, **source}


def test_emulated_bfloat16_is_reported(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(job, "emulates_bfloat16", lambda: True)
    monkeypatch.setattr(job.Trainer, "train", lambda self: None)
    for precision, xla, said in (
        ("float32", False, False),
        ("mixed_bfloat16", False, True),
        ("mixed_bfloat16", True, False),
    ):
        options = TrainingOptions(precision=precision, xla=xla)
        run(tmp_path / f"{precision}_{xla}", options=options)
        text = "".join(capsys.readouterr())
        assert ("--precision=mixed_bfloat16 is emulated" in text) == said


@pytest.mark.slow
def test_a_longer_first_stage_is_kept(tmp_path):
    """The second stage is trained again, as its codes have changed."""
    short = {"representation_steps": 2, "dynamics_steps": 2}
    before = run(
        tmp_path, "ae_lstm", given=short
    ).network.pose_encoder.get_weights()
    longer = {"representation_steps": 4, "dynamics_steps": 2}
    after = run(
        tmp_path, "ae_lstm", given=longer
    ).network.pose_encoder.get_weights()
    assert any((one != two).any() for one, two in zip(before, after))


CLIPS = moving_clips(4)


def split(source):
    return {"train": source, "validation": CLIPS}


@pytest.mark.parametrize(
    "given, kwargs, message",
    [
        (
            {"context": 8},
            {},
            "--context=8 is too long: the clips have 8 frames",
        ),
        (
            {"context": 4, "train_horizon": 5},
            {},
            "--train_horizon=5 is too long: after --context=4 .* 4 more",
        ),
        ({}, {"clips": {"train": moving_clips(2)}}, "clips lacks validation"),
        ({"context": 1}, {}, "--context=1 .* 2 to 16384"),
        ({"poses_per_clip": 8}, {}, "clips have 8 frames, fewer than the 10"),
        (
            {},
            {"clips": {**clips(), "tset": CLIPS}},
            "clips has the unknown split 'tset'; allowed are train and",
        ),
        ({}, {"videos": "/films"}, "--videos and clips are given; allowed is"),
        (
            {},
            {"clip_length": 9, "fit": "crop"},
            "--clip_length, --fit applies only to videos; give --videos=",
        ),
        (
            {},
            {
                "clips": None,
                "videos": "/films",
                "clip_length": 2,
                "recipe": "drawn",
            },
            "--context=.* is too long: the clips have 2 frames; allowed is 1",
        ),
        (
            {},
            {"clips": None, "videos": "/films", "recipe": "drawn"},
            "/films does not exist; a folder of videos is needed",
        ),
        ({}, {"strategy": "tpu"}, "--strategy=tpu is unknown"),
        ({}, {"train_clips": 0}, "--train_clips=0 is too small; allowed is 1"),
        ({}, {"clips": moving_clips(2)}, "clips is of the type ndarray; it"),
        (
            {},
            {"clips": split(CLIPS[:0])},
            "video must contain at least one",
        ),
        ({}, {"clips": split(CLIPS.repeat(4, -1))}, r"must be .* 64, 4\]"),
        ({}, {"clips": split(CLIPS.repeat(2, -1))}, r"must be .* 64, 2\]"),
        ({}, {"clips": split(CLIPS * 1.0)}, "clips train: video holds float64"),
        (
            {},
            {"clips": split(CLIPS.transpose(0, 1, 4, 2, 3))},
            "must be .*the layout looks channel-first",
        ),
        (
            {},
            {"clips": split([{"frames": CLIPS[0]}])},
            "clips train has elements with the keys frames;",
        ),
        (
            {},
            {"init_from": "/no/such/run"},
            "--run_dir=/no/such/run is not a run folder",
        ),
    ],
)
def test_invalid_arguments_leave_no_folder(tmp_path, given, kwargs, message):
    with pytest.raises(ValueError, match=message):
        run(tmp_path / "run", given=given, **kwargs)
    assert not (tmp_path / "run").exists()


def test_an_older_run_resumes_with_its_settings(tmp_path, monkeypatch, capsys):
    """They are also written to its flagfile."""
    monkeypatch.setattr(job.Trainer, "train", lambda self: None)
    keras_rules = {"adam_epsilon": "keras", "layer_rules": "keras"}
    for given in (keras_rules, {}, {}):
        given = small_config("ae_lstm", **given)
        train_model(
            tmp_path,
            None,
            "ae_lstm",
            "published",
            given,
            clips=clips(),
            flags="--seed=0\n",
        )
        config = json.loads((tmp_path / "config.json").read_text())
        assert config["config"]["adam_epsilon"] == "keras"
        if given.items() >= keras_rules.items():  # as in an older version
            for name in keras_rules:
                del config["config"][name]
            del config["older_than"]
            (tmp_path / "config.json").write_text(json.dumps(config))
    kept = "--adam_epsilon=keras --layer_rules=keras"
    assert f"resumes with {kept}" in capsys.readouterr().err
    flags = (tmp_path / "flags.cfg").read_text()
    assert flags.split() == ["--seed=0", *kept.split()]


def test_a_folder_of_another_run_is_refused(tmp_path):
    none = {"representation_steps": 0, "dynamics_steps": 0}
    run(tmp_path, "ae_lstm", given=none)
    with pytest.raises(ValueError, match="width is 2 there and 3 here"):
        run(tmp_path, "ae_lstm", given={"width": 3, **none})


def test_other_clips_in_a_run_folder_are_refused(tmp_path, monkeypatch):
    """Also in the folder of a finished run, whose clips nobody would notice."""
    monkeypatch.setattr(job.Trainer, "train", lambda self: None)
    run(tmp_path, "ae_lstm")
    other = clips()
    other["validation"][0, 0, 0, 0, 0] ^= 1
    with pytest.raises(ValueError, match="another run .clips is .* there and"):
        run(tmp_path, "ae_lstm", clips=other)
    run(tmp_path, "ae_lstm")
    config = json.loads((tmp_path / "config.json").read_text())
    assert set(config.pop("clips")) == {"train", "validation"}
    del config["videos"]  # as in an older version
    (tmp_path / "config.json").write_text(json.dumps(config))
    run(tmp_path, "ae_lstm")


def test_recorded_sources():
    assert job.ClipSource(videos="films").recorded
    assert job.ClipSource("kth_actions/drnet_128").recorded
    assert not job.ClipSource("moving_mnist/grey").recorded
    assert not job.ClipSource(clips={}).recorded


def test_a_run_on_videos(tmp_path, monkeypatch):
    """Its settings have the folder, the options and the geometry."""
    monkeypatch.setattr(job.Trainer, "train", lambda self: None)
    folder = write_folder(tmp_path / "films", count=3)
    given = {
        "clips": None,
        "videos": folder,
        "clip_length": 12,
        "fit": "stretch",
        "data_dir": tmp_path / "data",
    }
    run(tmp_path / "run", "ae_lstm", **given)
    settings = RunFolder(tmp_path / "run").settings()
    assert settings.dataset.startswith("video_folder/films-")
    assert settings.recipe == "video" and settings.config.augment_flip
    assert settings.videos.folder == str(folder)
    assert settings.videos.options.clip_length == 12
    assert settings.videos.geometry == Geometry(64, "stretch", 1, None)
    with pytest.raises(ValueError, match="another run .dataset is video_fold"):
        run(tmp_path / "run", "ae_lstm", **{**given, "clip_length": 13})
    write_folder(folder, count=4)
    with pytest.raises(ValueError, match="another run .dataset is video_fold"):
        run(tmp_path / "run", "ae_lstm", **given)


def test_many_clips_of_videos_are_memory_mapped(tmp_path, monkeypatch, capsys):
    folder = write_folder(tmp_path / "films", count=3)
    source = sources.ClipSource(
        videos=folder, video_options=VideoOptions(clip_length=16)
    )
    config = small_config("ae_lstm")
    config = config_class("ae_lstm").resolve("default", config)
    options = TrainingOptions(data_dir=str(tmp_path / "data"))
    found = sources.open_source(source, config, options)
    assert not isinstance(found.splits["train"].video, np.memmap)
    monkeypatch.setattr(sources, "MOST_IN_MEMORY", 1000)
    mapped = sources.open_source(source, config, options)
    assert isinstance(mapped.splits["train"].video, np.memmap)
    assert "they are memory-mapped from" in capsys.readouterr().err
    for split in ("train", "validation"):
        one, two = (each.splits[split] for each in (found, mapped))
        assert one.fingerprint() == two.fingerprint()
        np.testing.assert_array_equal(one.sources, two.sources)
        assert one.factors == two.factors
