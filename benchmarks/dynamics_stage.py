"""Times an epoch of the dynamics: cached latents against frames encoded anew.

python -m benchmarks.dynamics_stage --width=16

The LSTM is the same; from cached latents an epoch reads float32 codes, else
it encodes every frame of every clip, as the authors' code did. The encoding
of all clips, made once for the whole stage, is reported beside it.
"""

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

WIDTH = flags.DEFINE_integer("width", 16, "Channels of the first convolution.")
CLIPS = flags.DEFINE_integer("clips", 320, "Clips of an epoch.")
ROUNDS = flags.DEFINE_integer("rounds", 3, "Epochs of each.")
BATCH = 32


def epochs(model, arrays) -> StageLoop:
    """The loop over the dynamics of a model."""
    stage = model.stages()[1]
    if stage.source == "latents":
        stage.prepare(arrays)
    return StageLoop(stage, arrays, tf.distribute.get_strategy())


def main(_) -> None:
    """Prints the JSON line."""
    shape = (CLIPS.value, 20, 64, 64, 3)
    video = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    given = {
        "width": WIDTH.value,
        "backbone": "dcgan",
        "dynamics_batch_size": BATCH,
        "dynamics_steps": 10**6,
    }
    models = {
        kind: make_model(
            "mipae", shape[2:], 0, "default", {**given, "dynamics_input": kind}
        )
        for kind in ("latents", "frames")
    }
    began = time.perf_counter()
    latents = encode_each_frame(models["latents"], Clips(video))
    encoding = time.perf_counter() - began
    arrays = {"latents": latents, "frames": video}
    steps = CLIPS.value // BATCH
    loops = {kind: epochs(models[kind], arrays[kind]) for kind in arrays}
    runs = {
        kind: lambda loop=loop: loop.run(steps) for kind, loop in loops.items()
    }
    seconds = in_turns(runs, ROUNDS.value)
    report(
        "dynamics_stage",
        ratio=seconds["frames"] / seconds["latents"],
        seconds_epoch_cached=seconds["latents"],
        seconds_epoch_encoding=seconds["frames"],
        seconds_encoding_once=encoding,
        clips=CLIPS.value,
        width=WIDTH.value,
        rounds=ROUNDS.value,
    )


if __name__ == "__main__":
    app.run(main)
