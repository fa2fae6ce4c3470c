import dataclasses

import keras
import pytest
from training import scripted
from training.scripted import BETWEEN
from training.scripted import Counter
from training.scripted import Follower
from training.scripted import clips
from training.scripted import logged
from training.scripted import trained

from mipae_tf.training import TrainingOptions
from mipae_tf.training import job
from mipae_tf.training import sources
from mipae_tf.training import trainer
from mipae_tf.training.loop import StageLoop

# Options that are tested elsewhere or below.
TESTED_ELSEWHERE = {
    "seed": "part of the settings of the run: test_job",
    "strategy": "test_strategies",
    "init_from": "test_job",
    "train_clips": "test_job",
    "data_dir": "test_job",
    "manual_dir": "test_job",
    "intra_op_threads": "test_programs",
    "on_nonfinite": "needs a step that is not finite: test_faults",
    "profile": "needs the TensorBoard profiler: test_faults",
    "precision": "test_precision_applies_to_the_networks",
    "clips_dir": "test_clips_dir_is_passed_to_open_clips",
}


@pytest.mark.parametrize(
    "field",
    [
        field.name
        for field in dataclasses.fields(TrainingOptions)
        if field.metadata["type"] is int
    ],
)
def test_a_number_that_is_too_small_is_refused(field):
    number = -1 if field == "seed" else 0
    with pytest.raises(ValueError, match=f"--{field}={number} is too small"):
        TrainingOptions(**{field: number})


@pytest.mark.parametrize("field", ["max_to_keep", "log_every"])
def test_a_count_above_int32_is_refused(field):
    message = f"--{field}=1{'0' * 20} is too large; allowed is 1 to 2147483647"
    with pytest.raises(ValueError, match=message):
        TrainingOptions(**{field: 10**20})


def test_every_training_option_has_its_effect(tmp_path, monkeypatch):
    """All at once, each with a different number."""
    calls, drawn = [], []
    run = StageLoop.run

    def counted(loop, steps):
        calls.append(steps)
        return run(loop, steps)

    def draw(name, shown):
        def picture(model, clips, *context):
            drawn.append((name, int(clips.video.min()) > BETWEEN, *context))
            return shown

        return picture

    monkeypatch.setattr(StageLoop, "run", counted)
    for name, shown in (
        ("code_strip", ("decoded/strip", "strip")),
        ("forecast_pictures", ("strip", "animation")),
    ):
        monkeypatch.setattr(trainer, name, draw(name, shown))
    for name in ("write_image_summary", "write_gif_summary"):
        monkeypatch.setattr(trainer, name, lambda *a: None)
    chosen = {
        "steps_per_call": 2,
        "log_every": 4,
        "validate_every": 5,
        "validation_batches": 7,
        "max_to_keep": 3,
        "pictures": True,
        "xla": True,
    }
    fields = {field.name for field in dataclasses.fields(TrainingOptions)}
    assert fields == {*chosen, *TESTED_ELSEWHERE}, "an option without a test"
    first, second = Counter(17), Follower(None, 0)
    _, folder = trained(tmp_path, first, second, **chosen)
    assert calls == [2, 2, 1, 2, 1, 2, 2, 2, 1, 1, 1]
    steps = {
        group: logged(folder, group, "step")
        for group in ("training", "validation")
    }
    assert steps["training"] == [4, 5, 8, 10, 12, 15, 16, 17]
    assert steps["validation"] == [5, 10, 15, 17]
    waits = logged(folder, "training", "data_wait_share")
    assert all(0 <= wait <= 1 for wait in waits)
    assert int(first.evaluations) == 4 * 7
    kept = folder.checkpoints("first", "newest").glob("*.index")
    assert sorted(x.stem for x in kept) == ["ckpt-10", "ckpt-15", "ckpt-17"]
    assert drawn == [("code_strip", True)] * 4
    assert first.uses_xla


def test_the_last_stage_draws_and_measures_forecasts(tmp_path, monkeypatch):
    drawn = []

    def draw(model, clips, context):
        drawn.append((clips.name, context))
        return None, None

    def measure(self):
        measured.append(len(self._video))

    measured = []
    monkeypatch.setattr(scripted.Model, "offers", lambda *a: True)
    monkeypatch.setattr(trainer.ForecastCheck, "measure", measure)
    monkeypatch.setattr(trainer, "forecast_pictures", draw)
    for name in ("write_image_summary", "write_gif_summary"):
        monkeypatch.setattr(trainer, name, lambda *a: None)
    trained(tmp_path, Counter(2), validate_every=2, pictures=True)
    assert drawn == [("validation", 1)]
    assert measured == [8, 8]  # at the validation and at the end


class Stopped(Exception):
    """Ends a call as soon as the test has its result."""


def test_precision_applies_to_the_networks(tmp_path, monkeypatch):
    seen = []

    def make_model(settings):
        seen.append(keras.config.dtype_policy().name)
        raise Stopped

    monkeypatch.setattr(job.RunSettings, "make_model", make_model)
    own = {name: clips(name, length=20) for name in ("train", "validation")}
    for precision in ("float32", "mixed_bfloat16"):
        options = TrainingOptions(precision=precision)
        with pytest.raises(Stopped):
            job.train_model(tmp_path / "run", clips=own, options=options)
    assert seen == ["float32", "mixed_bfloat16"]


def test_clips_dir_is_passed_to_open_clips(tmp_path, monkeypatch):
    def open_clips(*args, clips_dir, **kwargs):
        assert clips_dir == "kept"
        raise Stopped

    monkeypatch.setattr(sources, "open_clips", open_clips)
    with pytest.raises(Stopped):
        job.train_model(
            tmp_path / "run", options=TrainingOptions(clips_dir="kept")
        )
