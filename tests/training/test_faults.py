"""Steps that are not finite, and parts that stop to learn."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import lively_model
from models.harness import moving_clips
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.models import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.training import Trainer
from mipae_tf.training import TrainingOptions
from mipae_tf.training.loop import NonFinite
from mipae_tf.training.loop import StageLoop
from mipae_tf.training.watchdog import Watchdog


def trainer(tmp_path, bad, steps=8, **options):
    """A trainer whose loss is no number in the steps `bad`, from 0."""
    given = {"representation_steps": steps, "dynamics_steps": 0}
    folder = RunFolder(tmp_path)
    folder.claim(settings("ae_lstm", **given))
    video = Clips(moving_clips(6))
    chosen = TrainingOptions(
        log_every=4,
        validate_every=4,
        steps_per_call=3,
        validation_batches=1,
        pictures=False,
        **options,
    )
    made = Trainer(
        folder, lively_model("ae_lstm", **given), video, video, options=chosen
    )
    stage = made.stages[0]
    spoil(stage, bad)
    return made, stage


def spoil(stage, bad):
    """Makes the loss of some steps, and all that follows from it, no number."""
    sound = stage._errors

    def errors(batch, training):
        losses = sound(batch, training)
        hit = tf.reduce_any(stage.step == tf.constant(bad, tf.int64))
        on_detour = stage.restarts > 0
        sick = tf.where(training & hit & ~on_detour, np.nan, 1.0)
        return {**losses, "loss": losses["loss"] * sick}

    stage._errors = errors


def test_a_step_that_is_not_finite_stops_and_is_named(tmp_path):
    made, _ = trainer(tmp_path, [5])
    with pytest.raises(
        ValueError,
        match=r"^representation: loss, gradient_norm are not finite at step 6. "
        r"The last good checkpoint is .*ckpt-4. A lower --learning_rate",
    ):
        made.train()
    made.folder.release()
    again, stage = trainer(tmp_path, [])
    again.train()
    assert int(stage.step) == 8
    assert all(np.isfinite(w).all() for w in stage.get_weights())


def test_skip_undoes_the_step_alone(tmp_path, capfd):
    made, stage = trainer(tmp_path, [5, 6], on_nonfinite="skip")
    made.train()
    assert int(stage.step) == 8
    said = capfd.readouterr().err
    assert "not finite at step 6; it is undone and passed over" in said
    assert "not finite at step 7; it is undone and passed over" in said
    lines = [r for r in made.folder.read_losses() if r["group"] == "training"]
    assert [line["step"] for line in lines] == [4, 8]
    assert all(np.isfinite(line["loss"]) for line in lines)
    assert all(np.isfinite(w).all() for w in stage.get_weights())


def test_an_undone_step_changes_nothing_but_the_count():
    model = lively_model("ae_lstm", representation_steps=8)
    stage = model.stages()[0]
    spoil(stage, [2])
    loop = StageLoop(
        stage, moving_clips(), tf.distribute.get_strategy(), undo=True
    )
    loop.run(2)
    before = [np.array(v) for v in stage.state() if v is not stage.step]
    with pytest.raises(NonFinite) as found:
        loop.run(5)
    assert (found.value.step, int(stage.step)) == (3, 3)
    assert found.value.terms == ["loss", "gradient_norm"]
    after = [np.array(v) for v in stage.state() if v is not stage.step]
    for one, two in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, two)
    loop.run(2)
    assert int(stage.step) == 5


def test_skipping_comes_to_an_end(tmp_path, monkeypatch):
    monkeypatch.setattr("mipae_tf.training.trainer.MOST_SKIPPED", 3)
    bad = list(range(3, 20))
    made, _ = trainer(tmp_path, bad, steps=20, on_nonfinite="skip")
    with pytest.raises(ValueError, match="not finite at step 7"):
        made.train()


def test_rollback_goes_on_with_other_batches(tmp_path, capfd):
    made, stage = trainer(tmp_path, [5], on_nonfinite="rollback")
    made.train()
    assert (int(stage.step), int(stage.restarts)) == (8, 1)
    assert "ckpt-4 and on with other batches" in capfd.readouterr().err
    steps = [
        line["step"]
        for line in made.folder.read_losses()
        if line["group"] == "training"
    ]
    assert steps == [4, 8]


@pytest.mark.slow
def test_rollback_before_the_first_checkpoint(tmp_path):
    made, stage = trainer(tmp_path, [1], on_nonfinite="rollback")
    made.train()
    assert (int(stage.step), int(stage.restarts)) == (8, 1)


def test_rollback_gives_up(tmp_path, monkeypatch):
    monkeypatch.setattr("mipae_tf.training.trainer.MOST_ROLLBACKS", 1)
    made, stage = trainer(tmp_path, [], on_nonfinite="rollback")
    stage._errors = lambda batch, training: {
        "loss": sum(map(tf.reduce_sum, stage.trainable_variables)) * np.nan,
        "reconstruction": 0.0,
    }
    with pytest.raises(ValueError, match="after 1 returns to .*ckpt-0"):
        made.train()


def test_batches_after_a_detour_are_others():
    first = []
    for restarts in (0, 0, 1):
        stage = lively_model("ae_lstm").stages()[0]
        stage.restarts.assign(restarts)
        loop = StageLoop(stage, moving_clips(), tf.distribute.get_strategy())
        first.append(next(loop._iterator).numpy())
    np.testing.assert_array_equal(first[0], first[1])
    assert not np.array_equal(first[0], first[2])


@pytest.mark.parametrize(
    "given, message",
    [
        ({"on_nonfinite": "hope"}, "--on_nonfinite=hope is unknown; allowed"),
        ({"profile": (5, 5)}, "--profile=5,5 is no span of steps"),
        ({"profile": (0, 5)}, "--profile=0,5 is no span of steps"),
    ],
)
def test_unfit_options_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        TrainingOptions(**given)


class Fading(Stage):
    """Named floors, nothing else."""

    LOSSES = ("loss", "spread")
    FLOORS = {"spread": (0.5, "it has faded")}


def test_a_collapse_is_said_once_until_it_is_over(tmp_path, capfd):
    stage = Fading(None, 0, 10, "fading")
    writer = tf.summary.create_file_writer(str(tmp_path))
    watchdog = Watchdog(stage, writer)
    for spread, warned in ((1, 0), (0.1, 1), (0.2, 0), (0.7, 0), (0.3, 1)):
        assert len(watchdog.look({"loss": 1.0, "spread": spread})) == warned
    writer.close()
    assert "fading 0: spread is 0.1, below 0.5: it has faded" in (
        capfd.readouterr().err
    )
    assert b"it has faded" in next(tmp_path.glob("events*")).read_bytes()


def test_what_has_not_risen_yet_has_not_collapsed(tmp_path):
    stage = Fading(None, 0, 2000, "fading")
    watchdog = Watchdog(stage, tf.summary.create_file_writer(str(tmp_path)))
    assert not watchdog.look({})
    low = {"loss": 1.0, "spread": 0.1}
    assert not watchdog.look(low)
    stage.step.assign(1000)
    assert len(watchdog.look(low)) == 1


@pytest.mark.slow
def test_poses_that_collapse_are_seen():
    model = lively_model("mipae")
    stage = model.stages()[0]
    loop = StageLoop(stage, moving_clips(), tf.distribute.get_strategy())
    losses, _ = loop.run(1)
    assert set(stage.FLOORS) <= set(losses)
    assert losses["pose_spread"] > stage.FLOORS["pose_spread"][0]
    for weight in (stage.pose_encoder, stage.critic):
        for variable in weight.trainable_variables:
            variable.assign(tf.zeros_like(variable))
    loop.reset_means()
    losses, _ = loop.run(1)
    for name, (floor, _) in stage.FLOORS.items():
        assert losses[name] < floor


def test_a_profile_of_some_steps(tmp_path):
    made, stage = trainer(tmp_path, [], profile=(3, 4))
    made.train()
    assert int(stage.step) == 8
    written = list(tmp_path.glob("logs/plugins/profile/*/*.xplane.pb"))
    assert len(written) == 1
    assert b"train" in written[0].read_bytes()
