"""Steps that are not finite, and collapsed parts of a model."""

import numpy as np
import pytest
import tensorflow as tf
from models.harness import moving_clips
from models.harness import random_model
from training import scripted
from training.scripted import Counter
from training.scripted import logged

from mipae_tf.models import Stage
from mipae_tf.training import TrainingOptions
from mipae_tf.training.loop import NonFinite
from mipae_tf.training.loop import StageLoop
from mipae_tf.training.watchdog import Watchdog


def trainer(tmp_path, stage, **options):
    """A trainer of one scripted stage that logs at steps 4 and 8."""
    chosen = {"log_every": 4, "validate_every": 4, "steps_per_call": 3}
    return scripted.trainer(tmp_path, stage, keep="last", **chosen | options)


def test_a_step_that_is_not_finite_stops_training(tmp_path):
    made = trainer(tmp_path, Counter(8, bad=[5]))
    with pytest.raises(
        ValueError,
        match=r"^first: loss, gradient_norm are not finite at step 6 "
        r"\(the last good checkpoint is .*ckpt-4\); a lower --learning_rate",
    ):
        made.train()
    made.folder.release()
    again = trainer(tmp_path, Counter(8))
    again.train()
    assert again.model.weights_by_stage == {"first": 8.0}


def test_skip_undoes_only_that_step(tmp_path, capfd):
    stage = Counter(8, bad=[5, 6])
    made = trainer(tmp_path, stage, on_nonfinite="skip")
    made.train()
    assert int(stage.step) == 8
    said = capfd.readouterr().err
    assert "not finite at step 6; the step is undone and skipped" in said
    assert "not finite at step 7; the step is undone and skipped" in said
    assert logged(made.folder, "training", "step") == [4, 8]
    assert np.isfinite(logged(made.folder, "training", "loss")).all()
    assert made.model.weights_by_stage == {"first": 6.0}


def test_an_undone_step_changes_only_the_step_counter():
    """Weights, moving averages, moments and mean losses are restored."""
    stage = Counter(8, ema=0.5, bad=[2])
    video, here = scripted.clips("train").video, tf.distribute.get_strategy()
    loop = StageLoop(stage, video, here, undo=True)
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


def test_the_number_of_skipped_steps_is_limited(tmp_path, monkeypatch):
    monkeypatch.setattr("mipae_tf.training.trainer.MAX_SKIPPED_STEPS", 3)
    stage = Counter(20, bad=list(range(3, 20)))
    with pytest.raises(ValueError, match="not finite at step 7"):
        trainer(tmp_path, stage, on_nonfinite="skip").train()


def test_rollback_continues_with_other_batches(tmp_path, capfd):
    stage = Counter(8, bad=[5])
    made = trainer(tmp_path, stage, on_nonfinite="rollback")
    made.train()
    assert (int(stage.step), int(stage.restarts)) == (8, 1)
    said = capfd.readouterr().err
    assert "returning to" in said
    assert "ckpt-4 and continuing with other batches" in said
    assert logged(made.folder, "training", "step") == [4, 8]
    assert made.model.weights_by_stage == {"first": 8.0}


def test_rollback_before_the_first_checkpoint(tmp_path):
    stage = Counter(8, bad=[1])
    trainer(tmp_path, stage, on_nonfinite="rollback").train()
    assert (int(stage.step), int(stage.restarts)) == (8, 1)


def test_the_number_of_rollbacks_is_limited(tmp_path, monkeypatch):
    monkeypatch.setattr("mipae_tf.training.trainer.MAX_ROLLBACKS", 1)
    made = trainer(
        tmp_path, Counter(8, always_bad=True), on_nonfinite="rollback"
    )
    with pytest.raises(ValueError, match="after 1 rollbacks to .*ckpt-0"):
        made.train()


def test_batches_differ_after_a_rollback():
    first = []
    for restarts in (0, 0, 1):
        stage = Counter()
        stage.restarts.assign(restarts)
        video = scripted.clips("train").video
        loop = StageLoop(stage, video, tf.distribute.get_strategy())
        first.append(next(loop._iterator).numpy())
    np.testing.assert_array_equal(first[0], first[1])
    assert not np.array_equal(first[0], first[2])


@pytest.mark.parametrize(
    "given, message",
    [
        ({"on_nonfinite": "hope"}, "--on_nonfinite=hope is unknown; allowed"),
        ({"profile": "5,5"}, "--profile=5,5 is not a range of steps"),
        ({"profile": "0,5"}, "--profile=0,5 is not a range of steps"),
    ],
)
def test_invalid_options_are_refused(given, message):
    with pytest.raises(ValueError, match=message):
        TrainingOptions(**given)


class Fading(Stage):
    """A stage with a floor and no networks."""

    LOSSES = ("loss", "spread")
    FLOORS = {"spread": (0.5, "it has faded")}


def test_a_collapse_is_reported_once_until_it_is_over(tmp_path, capfd):
    stage = Fading(None, 0, 10, "fading")
    writer = tf.summary.create_file_writer(str(tmp_path))
    watchdog = Watchdog(stage, writer)
    for spread, warned in ((1, 0), (0.1, 1), (0.2, 0), (0.7, 0), (0.3, 1)):
        assert len(watchdog.check({"loss": 1.0, "spread": spread})) == warned
    writer.close()
    assert "fading step 0: spread is 0.1, below 0.5: it has faded" in (
        capfd.readouterr().err
    )
    assert b"it has faded" in next(tmp_path.glob("events*")).read_bytes()


def test_a_loss_that_has_not_risen_yet_has_not_collapsed(tmp_path):
    stage = Fading(None, 0, 2000, "fading")
    watchdog = Watchdog(stage, tf.summary.create_file_writer(str(tmp_path)))
    assert not watchdog.check({})
    low = {"loss": 1.0, "spread": 0.1}
    assert not watchdog.check(low)
    stage.step.assign(1000)
    assert len(watchdog.check(low)) == 1


@pytest.mark.slow
def test_collapsed_poses_are_below_the_floors():
    model = random_model("mipae")
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


def test_profiling_of_some_steps(tmp_path):
    stage = Counter(8)
    trainer(tmp_path, stage, profile="3,4").train()
    assert int(stage.step) == 8
    written = list(tmp_path.glob("logs/plugins/profile/*/*.xplane.pb"))
    assert len(written) == 1
    assert b"train" in written[0].read_bytes()
