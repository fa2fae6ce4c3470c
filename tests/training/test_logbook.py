import pytest
from models.harness import random_model
from tensorboard.backend.event_processing.event_accumulator import (
    EventAccumulator,
)
from tensorboard.util import tensor_util

from mipae_tf.cli import screen as console
from mipae_tf.runs import RunFolder
from mipae_tf.training.logbook import Logbook

COPIED = {"copy_last_psnr": 24.94}


@pytest.fixture
def stage():
    return random_model("ae_lstm").stages()[0]


def test_log_lines_have_stage_step_and_group(tmp_path, stage):
    book = Logbook(RunFolder(tmp_path), stage)
    stage.step.assign(3)
    book.write("training", {"loss": 0.5})
    book.write("validation", {"loss": 0.25})
    book.close()
    assert RunFolder(tmp_path).read_losses() == [
        {
            "stage": "representation",
            "step": 3,
            "group": "training",
            "loss": 0.5,
        },
        {
            "stage": "representation",
            "step": 3,
            "group": "validation",
            "loss": 0.25,
        },
    ]


def test_both_losses_are_in_one_chart(tmp_path, stage):
    """TensorBoard draws runs with the same tag into one chart."""
    book = Logbook(RunFolder(tmp_path), stage)
    book.write("training", {"loss": 0.5})
    book.write("validation", {"loss": 0.25, "forecast_psnr": 2.0, **COPIED})
    book.close()
    tags = {}
    for run in ("train", "validation"):
        events = EventAccumulator(str(tmp_path / "logs/representation" / run))
        events.Reload()
        tags[run] = set(events.Tags()["tensors"])
        (loss,) = events.Tensors("loss")
        value = tensor_util.make_ndarray(loss.tensor_proto)
        assert value == (0.5 if run == "train" else 0.25)
    assert tags["train"] == {"loss"}
    assert tags["validation"] == {"loss", "forecast_psnr", "copy_last_psnr"}


def test_resuming_removes_log_lines_of_later_steps(tmp_path, stage):
    folder = RunFolder(tmp_path)
    for step in (2, 4, 6):
        folder.append_losses({"stage": "representation", "step": step})
    stage.step.assign(4)
    Logbook(folder, stage).close()
    assert [row["step"] for row in folder.read_losses()] == [2, 4]


def test_the_screen_shows_stage_step_and_losses(
    tmp_path, stage, capsys, monkeypatch
):
    monkeypatch.setattr(console, "_seconds_between_lines", lambda elapsed: 0)
    book = Logbook(RunFolder(tmp_path), stage, "1 of 2")
    book.write("training", {"loss": 0.5, "gradient_norm": 2.0})
    book.write("validation", {"loss": 0.25, "context": 1.0})
    book.write("training", {"steps_per_second": 3.0})  # all steps undone
    book.update_progress(2)
    book.close()
    total = stage.total_steps
    assert capsys.readouterr().err == (
        f"representation (1 of 2): step 2 of {total}, "
        "loss 0.5, validation loss 0.25\n"
    )
    book = Logbook(RunFolder(tmp_path), stage, "2 of 2")
    book.write("validation", {"loss": 0.25, "forecast_psnr": 26.13, **COPIED})
    book.update_progress(2)
    book.close()
    said = capsys.readouterr().err
    assert said.endswith("PSNR 26.1 (copy 24.9), validation loss 0.25\n")
