"""Exports a run for serving: `python -m mipae_tf.export --run_dir=runs/NAME`.

The result can be loaded by TensorFlow Serving, or by tf.saved_model.load
without this library.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.serving.export import MAX_FRAMES
from mipae_tf.serving.export import export_run


def define_flags() -> None:
    """Defines all flags of this program."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    define_path(
        "export_dir",
        None,
        "Folder of the numbered versions; if unset, run_dir/export.",
    )
    flags.DEFINE_integer(
        "max_frames",
        MAX_FRAMES,
        "Maximum number of frames in a request to the server, and in its "
        "response, over all clips and samples.",
    )


def main(_) -> None:
    """Exports, then prints the path and a command to inspect the result."""
    path = export_run(FLAGS.run_dir, FLAGS.export_dir, FLAGS.max_frames)
    print(
        f"Exported: {path}\n  inspect: saved_model_cli show --dir {path} --all"
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
