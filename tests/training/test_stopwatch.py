import json
import time
import types

import numpy as np
import pytest
import tensorflow as tf
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.data.frame_plan import Window
from mipae_tf.models.stage import Stage
from mipae_tf.runs import RunFolder
from mipae_tf.runs.training_times import read_times
from mipae_tf.runs.training_times import training_entry
from mipae_tf.runs.training_times import unfinished_stage
from mipae_tf.training import Trainer
from mipae_tf.training import TrainingOptions
from mipae_tf.training import make_strategy
from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.stopwatch import Stopwatch


class Counter(Stage):
    """A stage that only counts its steps."""

    LOSSES = ("loss",)

    def __init__(self, steps, name="first"):
        super().__init__(Window(2, 2), 0, steps, name)

    def update(self, batch):
        return {"loss": tf.constant(0.0)}

    def evaluate_losses(self, batch):
        return {"loss": tf.constant(0.0)}


class Clock:
    """Replaces wall and CPU time; `spend` advances them."""

    def __init__(self, monkeypatch):
        self.wall = self.cpu = 100.0
        monkeypatch.setattr(time, "perf_counter", lambda: self.wall)
        monkeypatch.setattr(time, "process_time", lambda: self.cpu)

    def spend(self, wall, cpu):
        self.wall += wall
        self.cpu += cpu


@pytest.fixture
def clock(monkeypatch):
    return Clock(monkeypatch)


@pytest.fixture
def folder(tmp_path):
    """A run folder with the checkpoints of two stages."""
    folder = RunFolder(tmp_path)
    for name in ("first", "second"):
        folder.checkpoints(name, "newest").mkdir(parents=True)
    return folder


def process(folder, clock, stage, *saves):
    """Simulates a process; saves are wall time, CPU time and step."""
    watch = Stopwatch(folder, make_strategy("none"))
    watch.start(stage)
    for wall, cpu, step in saves:
        clock.spend(wall, cpu)
        stage.step.assign(step)
        watch.save(stage)
    clock.spend(7.0, 9.0)  # not counted: no checkpoint follows
    return watch


def test_time_is_summed_over_processes(folder, clock):
    first, second = Counter(9), Counter(9, "second")
    process(folder, clock, first, (2.0, 3.0, 3), (1.0, 2.0, 6))
    watch = process(folder, clock, first, (4.0, 8.0, 9))
    watch.start(second)
    clock.spend(0.5, 0.5)
    second.step.assign(4)
    watch.save(second)
    process(folder, clock, second, (0.25, 0.5, 9))
    found = training_entry(folder)
    assert found["wall_seconds"] == pytest.approx(7.0 + 0.75)
    assert found["cpu_seconds"] == pytest.approx(13.0 + 1.0)
    assert (found["steps"], found["lives"]) == (18, 3)
    assert found["stages"]["first"]["lives"] == [1, 2]
    assert found["stages"]["second"]["lives"] == [2, 3]
    assert "core" in found["device"] and "then" not in found["device"]
    assert found["stages"]["first"]["replicas"] == 1


def test_the_first_unfinished_stage_is_named(folder, clock):
    stages = first, second = Counter(9), Counter(4, "second")
    assert (
        unfinished_stage(read_times(folder), stages) is None
    )  # nothing is known
    process(folder, clock, first, (2.0, 3.0, 3))
    found = unfinished_stage(read_times(folder), stages)
    assert found == "first is at step 3 of 9"
    process(folder, clock, first, (2.0, 3.0, 9))
    found = unfinished_stage(read_times(folder), stages)
    assert found == "second is at step 0 of 4"
    process(folder, clock, second, (2.0, 3.0, 4))
    assert unfinished_stage(read_times(folder), stages) is None


def test_a_stage_that_starts_again_starts_at_zero(folder, clock):
    process(folder, clock, Counter(9), (2.0, 3.0, 3))
    process(folder, clock, Counter(9), (1.0, 1.0, 3))
    first = read_times(folder)["first"]
    assert (first["wall_seconds"], first["lives"]) == (1.0, [2])


def test_devices_are_listed_in_order(folder, clock, monkeypatch):
    stage = Counter(9)
    (folder.path / "checkpoints" / "second" / "newest").rmdir()
    (folder.path / "checkpoints" / "second").rmdir()
    for step, name in enumerate(["this", "that", "this"], start=1):
        monkeypatch.setattr(
            "mipae_tf.training.stopwatch.device_name", lambda _, n=name: n
        )
        process(folder, clock, stage, (1.0, 1.0, step))
    assert training_entry(folder)["device"] == "this, then that"


def test_incomplete_times_are_absent_with_a_reason(folder, clock):
    reason = "before training times were recorded"
    assert reason in training_entry(folder)["absent"]
    stage = Counter(9)
    stage.step.assign(3)  # trained before times were recorded
    process(folder, clock, stage, (1.0, 1.0, 6))
    missing = "The training times of some steps of first and second were not "
    assert training_entry(folder) == {"absent": f"{missing}recorded."}


@pytest.mark.parametrize("text", ["{", "[]", '{"stages": {"first": {}}}'])
def test_a_damaged_record_does_not_stop_training(folder, clock, text, capsys):
    folder.training.write_text(text)
    assert "training.json is damaged" in training_entry(folder)["absent"]
    process(folder, clock, Counter(9), (1.0, 1.0, 3))
    assert "Times recorded so far are lost." in capsys.readouterr().err
    assert read_times(folder)["first"]["wall_seconds"] == 1.0


def trained(folder, steps, interrupt_at=None):
    """Trains the counting stage in a run folder."""
    stage = Counter(steps)
    model = types.SimpleNamespace(
        stages=lambda: (stage,),
        variables=[tf.Variable(0.0)],
        config=types.SimpleNamespace(keep="last"),
        offers=lambda capability: False,
        FAILURES={},
    )
    clips = Clips(np.zeros((4, 3, 8, 8, 1), np.uint8))
    options = TrainingOptions(
        steps_per_call=1,
        log_every=2,
        validate_every=4,
        validation_batches=1,
        pictures=False,
    )
    trainer = Trainer(folder, model, clips, clips, options=options)
    if interrupt_at is not None:
        update = stage.update

        def interrupting(batch):
            tf.py_function(remember, [stage.step], [])
            return update(batch)

        def remember(step):
            if int(step) == interrupt_at:
                trainer._interruption.number = 15

        stage.update = interrupting
    trainer.train()


def test_training_records_its_time(tmp_path):
    """At each checkpoint, including the one after a signal."""
    folder = RunFolder(tmp_path)
    folder.claim(settings())
    began = time.perf_counter()
    with pytest.raises(Interrupted):
        trained(folder, steps=8, interrupt_at=4)
    once = json.loads(folder.training.read_text())["stages"]["first"]
    assert once["steps"] == 5
    trained(folder, steps=8)
    found = training_entry(folder)
    assert (found["steps"], found["lives"]) == (8, 2)
    spent = time.perf_counter() - began
    assert once["wall_seconds"] < found["wall_seconds"] < spent
    assert 0.0 < once["cpu_seconds"] < found["cpu_seconds"]
    before = folder.training.read_text()
    trained(folder, steps=8)
    assert folder.training.read_text() == before, "no training, no change"
    folder.release()
