"""Exports a run for serving: `python -m mipae_tf.export --run_dir=runs/NAME`.

TensorFlow Serving loads the folder as it is; so does tf.saved_model.load in a
process that knows nothing of this library.
"""

from absl import flags

from mipae_tf.cli import quiet  # noqa: F401  isort: skip, before TensorFlow
from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.serving import export


def define_flags() -> None:
    """All flags of this program."""
    flags.DEFINE_string("run_dir", "runs/quickstart", "Folder of the run.")
    flags.DEFINE_string(
        "export_dir", None, "Where to count versions; run_dir/export if unset."
    )


def main(_) -> None:
    """Exports, then says how to look at the result."""
    path = export(FLAGS.run_dir, FLAGS.export_dir)
    print(f"Exported: {path}\n  saved_model_cli show --dir {path} --all")


if __name__ == "__main__":
    define_flags()
    run_program(main)
