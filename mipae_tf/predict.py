"""Forecasts a video: `python -m mipae_tf.predict --run_dir=... --input=...`.

Takes a .gif, .mp4, .npy or a folder of frames; writes a GIF or MP4 of the
input and the forecast side by side, or the forecast alone as a .npy. Memory
does not grow with the horizon, but for a GIF.
"""

from absl import flags

from mipae_tf.cli import quiet  # noqa: F401  isort: skip, before TensorFlow
from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.serving.preview import preview


def define_flags() -> None:
    """All flags of this program."""
    flags.DEFINE_string("run_dir", "runs/quickstart", "Folder of the run.")
    flags.DEFINE_string("input", None, "Video: .gif, .mp4, .npy or a folder.")
    flags.DEFINE_string(
        "output", "forecast.gif", "A .gif, .mp4 or .npy to write."
    )
    flags.DEFINE_integer("horizon", 20, "Frames to predict.")
    flags.DEFINE_integer(
        "context", None, "Give the model the last so many frames; all if unset."
    )
    flags.DEFINE_float("fps", 8.0, "Frames per second of the animation.")
    flags.DEFINE_integer("seed", 0, "Key of a stochastic model's draws.")
    flags.DEFINE_integer(
        "samples", 1, "Futures to draw side by side, of a stochastic model."
    )
    flags.mark_flag_as_required("input")


def main(_) -> None:
    """Predicts, writes, says where."""
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
