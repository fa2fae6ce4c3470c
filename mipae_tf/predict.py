"""Forecasts a video: `python -m mipae_tf.predict --run_dir=... --input=...`.

Takes a video file (.gif, .mp4, .mov, .webm and others), a .npy array or a
folder of frames; writes a GIF or MP4 of the input and the forecast side by
side, or the forecast alone as a .npy. Memory does not grow with the horizon,
but for a GIF.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.serving.preview import preview
from mipae_tf.visual.video_formats import ALLOWED


def define_flags() -> None:
    """All flags of this program."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    define_path("input", None, f"What to read: {ALLOWED}.")
    define_path("output", "forecast.gif", "A .gif, .mp4 or .npy to write.")
    flags.DEFINE_integer("horizon", 20, "Frames to predict.")
    flags.DEFINE_integer(
        "context", None, "Give the model the last so many frames; all if unset."
    )
    flags.DEFINE_float("fps", 8.0, "Frames per second of the animation.")
    flags.DEFINE_integer("seed", 0, "Key of a stochastic model's draws.")
    flags.DEFINE_integer(
        "samples", 1, "Futures to draw side by side, of a stochastic model."
    )


def main(_) -> None:
    """Predicts, writes, says where."""
    if FLAGS.input is None:
        raise ValueError(
            "--input is missing; give a .gif, .mp4, .npy or a folder of frames."
        )
    preview(
        FLAGS.run_dir,
        FLAGS.input,
        FLAGS.output,
        FLAGS.horizon,
        FLAGS.context,
        FLAGS.fps,
        FLAGS.seed,
        FLAGS.samples,
    )
    print(f"Written: {FLAGS.output}")


if __name__ == "__main__":
    define_flags()
    run_program(main)
