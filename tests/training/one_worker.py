"""Runs one worker of a distributed training; TF_CONFIG selects the worker.

python one_worker.py STRATEGY MODEL RUN_DIR
"""

import dataclasses
import os
import pathlib
import signal
import sys

TESTS = pathlib.Path(__file__).parents[1]
sys.path[:0] = [str(TESTS.parent), str(TESTS)]

from models.harness import moving_clips  # noqa: E402
from models.harness import small_config  # noqa: E402

from mipae_tf.models import config_class  # noqa: E402
from mipae_tf.training import TrainingOptions  # noqa: E402
from mipae_tf.training.job import train_model  # noqa: E402
from mipae_tf.training.loop import StageLoop  # noqa: E402

STEPS = 20


def main(strategy, model, run_dir):
    die_at = int(os.environ.get("DIE_AT", -1))
    whole = StageLoop.run

    def run(loop, steps):
        if int(loop.stage.step.numpy()) == die_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return whole(loop, steps)

    StageLoop.run = run
    fields = {f.name for f in dataclasses.fields(config_class(model))}
    lengths = {f: STEPS for f in fields if f.endswith("_steps")}
    video = moving_clips(16)
    train_model(
        run_dir,
        model=model,
        hyperparameters=small_config(model, **lengths),
        clips={"train": video, "validation": video[:4]},
        strategy=strategy,
        options=TrainingOptions(
            steps_per_call=1,
            log_every=5,
            validate_every=5,
            validation_batches=1,
            pictures=False,
        ),
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
