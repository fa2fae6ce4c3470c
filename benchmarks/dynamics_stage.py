"""Times an epoch of the dynamics stage: cached latents against encoding.

python -m benchmarks.dynamics_stage --widths=64,16

The LSTM is the same. With cached latents, an epoch reads float32 codes and uses
its own predictions beyond the context; otherwise it encodes every frame and
uses teacher forcing, as in the authors' code. `ratio` is that of the first
width. The time for encoding all frames, once for the whole stage, is printed
separately.
"""

import functools
import time

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

from benchmarks.timing import in_turns
from benchmarks.timing import report
from mipae_tf.data import Clips
from mipae_tf.models import make_model
from mipae_tf.training.latent_cache import encode_each_frame
from mipae_tf.training.loop import StageLoop

WIDTHS = flags.DEFINE_list(
    "widths", ["64", "16"], "Channels of the first convolution."
)
CLIPS = flags.DEFINE_integer("clips", 320, "Clips of an epoch.")
ROUNDS = flags.DEFINE_integer("rounds", 3, "Epochs of each.")
BATCH = 64
FRAMES = 20


def epochs(kind: str, width: int, arrays) -> StageLoop:
    """The training loop of the dynamics stage on latents or frames."""
    given = {
        "width": width,
        "backbone": "dcgan",
        "dynamics_batch_size": BATCH,
        "dynamics_steps": 10**6,
        "dynamics_input": kind,
    }
    model = make_model("mipae", (64, 64, 3), 0, "default", given)
    stage = model.stages()[1]
    if kind == "latents":
        began = time.perf_counter()
        arrays = encode_each_frame(model, Clips(arrays))
        print(f"encoded in {time.perf_counter() - began:.1f} s")
        stage.prepare(arrays)
    return StageLoop(stage, arrays, tf.distribute.get_strategy())


def main(_) -> None:
    """Prints the JSON line."""
    shape = (CLIPS.value, FRAMES, 64, 64, 3)
    video = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    figures = {}
    for width in map(int, WIDTHS.value):
        loops = {
            kind: epochs(kind, width, video) for kind in ("latents", "frames")
        }
        runs = {
            kind: functools.partial(loop.run, CLIPS.value // BATCH)
            for kind, loop in loops.items()
        }
        seconds = in_turns(runs, ROUNDS.value)
        figures[f"ratio_width_{width}"] = seconds["frames"] / seconds["latents"]
        figures[f"seconds_cached_width_{width}"] = seconds["latents"]
        figures[f"seconds_encoding_width_{width}"] = seconds["frames"]
    report(
        "dynamics_stage",
        ratio=figures[f"ratio_width_{WIDTHS.value[0]}"],
        batch_size=BATCH,
        clips=CLIPS.value,
        rounds=ROUNDS.value,
        **figures,
    )


if __name__ == "__main__":
    app.run(main)
