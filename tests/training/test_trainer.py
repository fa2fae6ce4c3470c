from models.harness import lively_model
from models.harness import moving_clips
from runs.run_cases import settings

from mipae_tf.data import Clips
from mipae_tf.runs import RunFolder
from mipae_tf.training import Trainer
from mipae_tf.training import TrainingOptions


def test_intervals_are_kept(tmp_path):
    """Lines at every multiple of an interval and at the last step."""
    steps = {"representation_steps": 7, "dynamics_steps": 0}
    folder = RunFolder(tmp_path)
    folder.claim(settings("ae_lstm", **steps))
    video = Clips(moving_clips(6))
    options = TrainingOptions(
        steps_per_call=10,
        log_every=2,
        validate_every=3,
        validation_batches=1,
        pictures=False,
    )
    model = lively_model("ae_lstm", **steps)
    Trainer(folder, model, video, video, options=options).train()
    lines = folder.read_losses()
    steps = {
        group: [row["step"] for row in lines if row["group"] == group]
        for group in ("training", "validation")
    }
    assert steps["training"] == [2, 3, 4, 6, 7]
    assert steps["validation"] == [3, 6, 7]
    assert all(0 <= row.get("data_wait_share", 0) <= 1 for row in lines)
