"""Times the input pipeline, and how long training steps wait for it.

python -m benchmarks.input_pipeline --width=16

`ratio` is the rate at which batches are produced, divided by the rate at which
the training step consumes them; `data_wait_share` is the share of the training
time spent waiting. Clips are random bytes in memory, like decoded clips.
"""

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

from benchmarks.timing import in_turns
from benchmarks.timing import report
from mipae_tf.data import batches
from mipae_tf.models import make_model
from mipae_tf.training.loop import StageLoop

WIDTH = flags.DEFINE_integer("width", 16, "Channels of the first convolution.")
CLIPS = flags.DEFINE_integer("clips", 2_000, "Clips in memory.")
STEPS = flags.DEFINE_integer("steps", 20, "Steps of one measurement.")
ROUNDS = flags.DEFINE_integer("rounds", 5, "Measurements.")


def main(_) -> None:
    """Prints the JSON line."""
    shape = (CLIPS.value, 20, 64, 64, 3)
    video = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    given = {"width": WIDTH.value, "representation_steps": 10**6}
    stage = make_model("mipae", shape[2:], 0, "default", given).stages()[0]
    loop = StageLoop(stage, video, tf.distribute.get_strategy())
    source = iter(batches(video, stage.plan, 0, 0, 10**6))
    waited = []

    def train() -> None:
        waited.append(loop.run(STEPS.value)[1])

    def read() -> None:
        for _ in range(STEPS.value):
            next(source)

    seconds = in_turns({"train": train, "read": read}, ROUNDS.value)
    clips = STEPS.value * stage.plan.clips
    report(
        "input_pipeline",
        ratio=seconds["train"] / seconds["read"],
        clips_per_second=clips / seconds["read"],
        clips_per_second_trained=clips / seconds["train"],
        data_wait_share=float(np.median(waited[1:])) / seconds["train"],
        width=WIDTH.value,
        rounds=ROUNDS.value,
    )


if __name__ == "__main__":
    app.run(main)
