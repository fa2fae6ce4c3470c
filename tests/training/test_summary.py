from mipae_tf.runs import RunFolder
from mipae_tf.training.summary import training_summary


def test_one_row_per_stage(tmp_path):
    folder = RunFolder(tmp_path)
    for step, pace in ((1, 2.0), (2, 8.0), (3, 4.0)):
        row = {"stage": "first", "step": step, "group": "training"}
        folder.append_losses({**row, "loss": 9, "steps_per_second": pace})
    for step, loss in ((2, 0.25), (3, 0.5)):
        row = {"stage": "first", "step": step, "group": "validation"}
        folder.append_losses({**row, "loss": loss})
    row = {"stage": "second", "step": 1, "group": "training", "loss": 1}
    folder.append_losses({**row, "steps_per_second": 3.0})
    _, first, second = training_summary(folder).splitlines()
    assert first.split() == ["first", "3", "0.25000", "2", "4.0"]
    assert second.split() == ["second", "1", "-", "-", "3.0"]
