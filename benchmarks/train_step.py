"""Times the published MIPAE training step against PyTorch.

python -m benchmarks.train_step --width=64 --batch_size=100

The PyTorch twin (`benchmarks.torch_twin`) has the same networks, batch, pairs,
losses and optimizers. Without torch, which the library does not need, its
results are absent. `ratio` compares with the twin in the default memory layout
of PyTorch, `ratio_channels_last` with the layout of TensorFlow.
`share_of_matrix_rate` compares the operations of the convolutions and dense
layers, counted as three times those of the forward passes, with a large matrix
product on the same machine. The bfloat16 step is compiled with XLA if the
machine emulates bfloat16 (`emulates_bfloat16`).
"""

import contextlib

import numpy as np
import tensorflow as tf
from absl import app
from absl import flags

from benchmarks.timing import in_turns
from benchmarks.timing import matrix_rate
from benchmarks.timing import report
from mipae_tf.models import make_model
from mipae_tf.training.strategies import emulates_bfloat16
from mipae_tf.training.strategies import precision

WIDTH = flags.DEFINE_integer("width", 64, "Channels of the first convolution.")
BATCH = flags.DEFINE_integer("batch_size", 100, "Clips per step.")
ROUNDS = flags.DEFINE_integer("rounds", 9, "Measurements of each.")
WITH_XLA = flags.DEFINE_bool(
    "with_xla", False, "Whether to time XLA in float32."
)
FRAME = (64, 64, 3)


def our_step(batch: np.ndarray, policy: str, xla: bool = False):
    """A function that makes one compiled training step."""
    given = {"width": WIDTH.value, "batch_size": BATCH.value}
    with precision(policy):
        model = make_model("mipae", FRAME, 0, "published", given)
        stage = model.stages()[0]
    if xla:
        stage.use_xla()
    step, data = tf.function(stage.train_step), tf.constant(batch)
    return lambda: float(step(data)["loss"])


def operations() -> float:
    """Floating-point operations of one step, including backward passes."""
    given = {"width": WIDTH.value, "batch_size": BATCH.value}
    model = make_model("mipae", FRAME, 0, "published", given)
    frames = np.zeros((1, *FRAME), np.float32)
    codes = np.zeros((1, 133), np.float32)
    parts = {
        "content": (model.network.content_encoder, frames),
        "pose": (model.network.pose_encoder, frames),
        "decoder": (model.network.decoder, codes),
    }
    once = {name: _forward(*part) for name, part in parts.items()}
    # Content of two frames, one only as the target of the similarity loss; pose
    # of two, one only for pairs; the two for the critic without gradient.
    trained = once["content"] + once["pose"] + once["decoder"]
    forward = once["content"] + 3 * once["pose"]
    return BATCH.value * (3 * trained + forward)


def _forward(network, example: np.ndarray) -> float:
    function = tf.function(lambda x: network(x, training=False))
    graph = function.get_concrete_function(tf.constant(example)).graph
    options = tf.compat.v1.profiler.ProfileOptionBuilder
    options = options(options.float_operation()).with_empty_output().build()
    found = tf.compat.v1.profiler.profile(graph, options=options)
    return float(found.total_float_ops)


def main(_) -> None:
    """Prints the JSON line."""
    frames = (2 * BATCH.value, 3, *FRAME)
    batch = np.random.default_rng(0).integers(0, 256, frames, np.uint8)
    emulated = emulates_bfloat16()
    runs = {
        "float32": our_step(batch, "float32"),
        "bfloat16": our_step(batch, "mixed_bfloat16", xla=emulated),
    }
    if WITH_XLA.value:
        runs["xla"] = our_step(batch, "float32", xla=True)
    with contextlib.suppress(ImportError):
        import torch

        from benchmarks.torch_twin import make_step

        for name, layout in (
            ("torch", torch.contiguous_format),
            ("torch_channels_last", torch.channels_last),
        ):
            runs[name] = make_step(batch, WIDTH.value, layout)
    seconds = in_turns(runs, ROUNDS.value)
    rate = matrix_rate()
    figures = {f"seconds_{name}": value for name, value in seconds.items()}
    twin, ours = seconds.get("torch"), seconds["float32"]
    other = seconds.get("torch_channels_last")
    report(
        "train_step",
        ratio=twin and twin / ours,
        ratio_channels_last=other and other / ours,
        ratio_bfloat16=twin and twin / seconds["bfloat16"],
        emulates_bfloat16=emulated,
        share_of_matrix_rate=operations() / ours / rate,
        matrix_gflops=rate / 1e9,
        matrix_gflops_bfloat16=matrix_rate(tf.bfloat16) / 1e9,
        width=WIDTH.value,
        batch_size=BATCH.value,
        rounds=ROUNDS.value,
        **figures,
    )


if __name__ == "__main__":
    app.run(main)
