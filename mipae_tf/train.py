"""Trains a model: `python -m mipae_tf.train --flagfile=configs/X.cfg`.

Flags after the flagfile win over it. The same command again goes on where it
stopped; SIGTERM and Ctrl-C save before they stop it (exit codes 143 and 130).
`--model=X --help` lists the hyper-parameters of a model.
"""

import sys

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import define_model_flags
from mipae_tf.cli.flags import flagfile_text
from mipae_tf.cli.flags import given_hyperparameters
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.runs import RunFolder
from mipae_tf.training import TrainingOptions
from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.job import train
from mipae_tf.training.strategies import NAMES
from mipae_tf.training.strategies import PRECISIONS
from mipae_tf.training.strategies import set_threads
from mipae_tf.training.summary import training_summary

OWN = (
    "run_dir",
    "dataset",
    "seed",
    "strategy",
    "init_from",
    "train_clips",
    "data_dir",
    "manual_dir",
    "clips_dir",
    "log_every",
    "validate_every",
    "steps_per_call",
    "max_to_keep",
    "on_nonfinite",
    "profile",
    "precision",
    "xla",
    "intra_op_threads",
)


def define_flags() -> None:
    """All flags of this program."""
    define_model_flags()
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    flags.DEFINE_string(
        "dataset",
        "moving_dsprites/quickstart",
        "tfds dataset of clips, name or name/config; built when missing.",
    )
    flags.DEFINE_integer(
        "seed", 0, "Key of weights, batches and draws.", lower_bound=0
    )
    flags.DEFINE_string(
        "strategy", "auto", f"Distribution: {', '.join(NAMES)}."
    )
    define_path("init_from", None, "Run folder whose weights to begin with.")
    flags.DEFINE_integer(
        "train_clips", None, "Train on the first so many clips.", lower_bound=1
    )
    define_path("data_dir", None, "Where tfds keeps datasets.")
    define_path(
        "manual_dir", None, "Folder of files you brought (MNIST, dSprites)."
    )
    define_path(
        "clips_dir",
        None,
        "Decode the clips to train on once into this folder and read them "
        "from there, for datasets larger than memory.",
    )
    defaults = TrainingOptions()
    flags.DEFINE_integer(
        "log_every", defaults.log_every, "Steps between lines of losses."
    )
    flags.DEFINE_integer(
        "validate_every",
        defaults.validate_every,
        "Steps between validation, pictures and checkpoints.",
    )
    flags.DEFINE_integer(
        "steps_per_call",
        defaults.steps_per_call,
        "Steps made by one call into the compiled loop.",
    )
    flags.DEFINE_integer(
        "max_to_keep",
        defaults.max_to_keep,
        "Newest checkpoints kept of a stage, beside the best.",
    )
    flags.DEFINE_string(
        "on_nonfinite",
        defaults.on_nonfinite,
        "Where a loss or gradient is not finite: stop; skip, which undoes "
        "that step; rollback, to the newest checkpoint and on with other "
        "batches.",
    )
    flags.DEFINE_string(
        "precision",
        defaults.precision,
        f"What convolutions compute in: {', '.join(PRECISIONS)}; weights and "
        "losses stay float32.",
    )
    flags.DEFINE_bool(
        "xla", defaults.xla, "Whether XLA compiles the step of one device."
    )
    flags.DEFINE_string(
        "profile",
        None,
        "First and last step for TensorBoard's profiler, such as 20,25.",
    )
    flags.DEFINE_integer(
        "intra_op_threads",
        None,
        "Threads for one operation; unset: 1 without a GPU.",
        lower_bound=1,
    )


def main(_) -> None:
    """Trains, then says what to do with the run."""
    set_threads(FLAGS.intra_op_threads)
    try:
        _train()
    except Interrupted as stop:
        print(stop, file=sys.stderr)
        sys.exit(128 + stop.number)
    print(training_summary(RunFolder(FLAGS.run_dir)))
    print(
        f"Trained: {FLAGS.run_dir}\n"
        f"  measure it: python -m mipae_tf.evaluate --run_dir={FLAGS.run_dir}\n"
        f"  export it:  python -m mipae_tf.export --run_dir={FLAGS.run_dir}\n"
        f"  its curves: tensorboard --logdir={FLAGS.run_dir}/logs"
    )


def _span(text: str | None) -> tuple[int, int] | None:
    if text is None:
        return None
    try:
        first, last = map(int, text.split(","))
    except ValueError as error:
        raise ValueError(
            f"--profile={text} is no span of steps; give the first and the "
            "last one, such as 20,25."
        ) from error
    return first, last


def _train() -> None:
    train(
        FLAGS.run_dir,
        FLAGS.dataset,
        FLAGS.model,
        FLAGS.protocol,
        given_hyperparameters(),
        seed=FLAGS.seed,
        strategy=FLAGS.strategy,
        init_from=FLAGS.init_from,
        train_clips=FLAGS.train_clips,
        data_dir=FLAGS.data_dir,
        manual_dir=FLAGS.manual_dir,
        options=TrainingOptions(
            log_every=FLAGS.log_every,
            validate_every=FLAGS.validate_every,
            steps_per_call=FLAGS.steps_per_call,
            max_to_keep=FLAGS.max_to_keep,
            on_nonfinite=FLAGS.on_nonfinite,
            precision=FLAGS.precision,
            xla=FLAGS.xla,
            profile=_span(FLAGS.profile),
            clips_dir=FLAGS.clips_dir,
        ),
        flags=flagfile_text(OWN),
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
