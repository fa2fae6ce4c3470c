"""Measures time and memory of a long forecast.

python -m benchmarks.forecast --horizon=500

`ratio` compares with a Python loop over an eager `model.step`, and
`ratio_compiled` with a loop over the compiled step; both loops have fewer steps
and are scaled up. `memory_ratio` is the increase of the peak memory of the
process over a forecast of ten frames, divided by the size of the returned
frames. `memory_ratio_streamed` is the same for `model.stream`, whose pieces are
copied into one array.
"""

import resource

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

from benchmarks.timing import in_turns
from benchmarks.timing import report
from mipae_tf.models import make_model

MODEL = flags.DEFINE_string("model", "mipae", "Name of the model.")
WIDTH = flags.DEFINE_integer("width", 16, "Channels of the first convolution.")
BATCH = flags.DEFINE_integer("batch_size", 16, "Clips.")
HORIZON = flags.DEFINE_integer("horizon", 500, "Frames predicted.")
ROUNDS = flags.DEFINE_integer("rounds", 3, "Measurements of each.")
LOOP_STEPS = 50  # steps of the loops


def peak() -> float:
    """Peak memory of this process so far, in bytes."""
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def looped(model, context: tf.Tensor, step) -> list[np.ndarray]:
    """`LOOP_STEPS` frames, one call for each."""
    state = model.start(context, tf.constant([0, 0]))
    frames = []
    for _ in range(LOOP_STEPS):
        frame, state = step(state)
        frames.append(tf.cast(tf.round(frame * 255), tf.uint8).numpy())
    return frames


def memory(model, context: tf.Tensor) -> tuple[float, float]:
    """Peak memory of a streamed and of a returned forecast, per frame size."""
    model.forecast(context, 10)
    next(model.stream(context, 10))
    shape = (1, BATCH.value, HORIZON.value, *model.frame_shape)
    before, done = peak(), 0
    frames = np.empty(shape, np.uint8)
    for piece in model.stream(context, HORIZON.value):
        frames[:, :, done : done + piece.shape[2]] = piece
        done += piece.shape[2]
    streamed, size = peak() - before, frames.nbytes
    del frames, piece
    ahead = model.forecast(context, HORIZON.value)
    return streamed / size, (peak() - before) / ahead.numpy().nbytes


def main(_) -> None:
    """Prints the JSON line."""
    given = {"width": WIDTH.value}
    model = make_model(MODEL.value, (64, 64, 3), 0, "default", given)
    context = tf.constant(
        np.random.default_rng(0).integers(
            0, 256, (BATCH.value, 5, 64, 64, 3), np.uint8
        )
    )
    streamed, whole = memory(model, context)
    compiled = tf.function(model.step)
    seconds = in_turns(
        {
            "forecast": lambda: model.forecast(context, HORIZON.value).numpy(),
            "eager": lambda: looped(model, context, model.step),
            "compiled": lambda: looped(model, context, compiled),
        },
        ROUNDS.value,
    )
    scale = HORIZON.value / LOOP_STEPS
    report(
        "forecast",
        ratio=scale * seconds["eager"] / seconds["forecast"],
        ratio_compiled=scale * seconds["compiled"] / seconds["forecast"],
        seconds=seconds["forecast"],
        memory_ratio=whole,
        memory_ratio_streamed=streamed,
        model=MODEL.value,
        width=WIDTH.value,
        batch_size=BATCH.value,
        horizon=HORIZON.value,
        rounds=ROUNDS.value,
    )


if __name__ == "__main__":
    app.run(main)
