"""Times a long forecast against loops over single steps, and its memory.

python -m benchmarks.forecast --horizon=500

`ratio` is to a Python loop over `model.step` run eagerly, `ratio_compiled` to
one over the same step compiled; both over fewer steps, scaled up.
`memory_ratio` is what the forecast added to the peak of the process, beyond
that of a forecast of ten frames, by the size of the frames it returned;
`memory_ratio_streamed` the same of `model.stream`, its pieces laid into one
array.
"""

import resource

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

from benchmarks.timing import in_turns
from benchmarks.timing import report
from mipae_tf.models import make_model

MODEL = flags.DEFINE_string("model", "mipae", "System.")
WIDTH = flags.DEFINE_integer("width", 16, "Channels of the first convolution.")
BATCH = flags.DEFINE_integer("batch_size", 16, "Clips.")
HORIZON = flags.DEFINE_integer("horizon", 500, "Frames predicted.")
ROUNDS = flags.DEFINE_integer("rounds", 3, "Measurements of each.")
SHORT = 50  # steps of the loops


def peak() -> float:
    """Largest memory of this process so far, in bytes."""
    return 1024.0 * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def looped(model, context: tf.Tensor, step) -> list[np.ndarray]:
    """`SHORT` frames, one call for each."""
    state = model.start(context, tf.constant([0, 0]))
    frames = []
    for _ in range(SHORT):
        frame, state = step(state)
        frames.append(tf.cast(tf.round(frame * 255), tf.uint8).numpy())
    return frames


def memory(model, context: tf.Tensor) -> tuple[float, float]:
    """Peaks of a streamed forecast and of a returned one, in its frames."""
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
    scale = HORIZON.value / SHORT
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
