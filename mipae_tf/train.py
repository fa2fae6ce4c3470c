"""Trains a model: `python -m mipae_tf.train --flagfile=configs/X.cfg`.

Flags after the flagfile override it. The same command resumes an interrupted
run. SIGTERM and Ctrl-C save a checkpoint before the program stops (exit codes
143 and 130). `--model=NAME --help` lists the hyper-parameters of a model, which
are also flags.
"""

import dataclasses
import sys

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import define_options
from mipae_tf.cli.flags import flagfile_text
from mipae_tf.cli.flags import given_options
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.data.video_options import VideoOptions
from mipae_tf.models import config_class
from mipae_tf.runs import RunFolder
from mipae_tf.training import TrainingOptions
from mipae_tf.training import train_model
from mipae_tf.training.interruption import Interrupted
from mipae_tf.training.model_flags import define_hyperparameters
from mipae_tf.training.model_flags import define_model_flags
from mipae_tf.training.model_flags import given_hyperparameters
from mipae_tf.training.model_flags import other_model_error
from mipae_tf.training.sources import DEFAULT_DATASET
from mipae_tf.training.strategies import set_threads
from mipae_tf.training.summary import training_summary


def define_flags() -> None:
    """Defines all flags of this program except the hyper-parameters."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    define_model_flags()
    flags.DEFINE_string(
        "dataset",
        None,
        "tfds dataset of clips, name or name/config; built if it is missing. "
        f"If neither it nor --videos is given: {DEFAULT_DATASET}.",
    )
    define_path(
        "videos",
        None,
        "Folder of videos to train on, instead of a dataset; see "
        "data_builders/video_folder/README.md.",
    )
    define_options(VideoOptions, unset=True)
    define_options(TrainingOptions)


def _flagfile() -> str:
    """Text of a flagfile that repeats this command."""
    options = (config_class(FLAGS.model), VideoOptions, TrainingOptions)
    names = [f.name for own in options for f in dataclasses.fields(own)]
    first = ("model", "protocol", "recipe", "run_dir", "dataset", "videos")
    return flagfile_text([*first, *names])


def main(_) -> None:
    """Trains, then prints a summary and the next commands."""
    options = TrainingOptions(**given_options(TrainingOptions))
    set_threads(options.intra_op_threads)
    try:
        train_model(
            FLAGS.run_dir,
            FLAGS.dataset,
            FLAGS.model,
            FLAGS.protocol,
            given_hyperparameters(),
            recipe=FLAGS.recipe,
            videos=FLAGS.videos,
            options=options,
            flags=_flagfile(),
            **given_options(VideoOptions),
        )
    except Interrupted as interrupted:
        print(interrupted, file=sys.stderr)
        sys.exit(128 + interrupted.number)
    print(training_summary(RunFolder(FLAGS.run_dir)))
    print(
        f"Trained: {FLAGS.run_dir}\n"
        f"  evaluate: python -m mipae_tf.evaluate --run_dir={FLAGS.run_dir}\n"
        f"  export:   python -m mipae_tf.export --run_dir={FLAGS.run_dir}\n"
        f"  losses:   tensorboard --logdir={FLAGS.run_dir}/logs"
    )


if __name__ == "__main__":
    define_flags()
    run_program(main, define_hyperparameters, other_model_error)
