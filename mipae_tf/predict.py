"""Forecasts a video: `python -m mipae_tf.predict --run_dir=... --input=...`.

Takes a video file (.gif, .mp4, .mov, .webm and others), a .npy array or a
folder of frames; writes a GIF or MP4 of the input and the forecast side by
side, or the forecast alone as a .npy. Memory does not grow with the horizon,
but for a GIF.
"""

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import define_options
from mipae_tf.cli.flags import given_options
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.serving import ForecastOptions
from mipae_tf.serving import forecast_video
from mipae_tf.visual.video_formats import ALLOWED


def define_flags() -> None:
    """All flags of this program."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    define_path("input", None, f"What to read: {ALLOWED}.")
    define_path("output", "forecast.gif", "A .gif, .mp4 or .npy to write.")
    define_options(ForecastOptions)


def main(_) -> None:
    """Predicts, writes, says where."""
    if FLAGS.input is None:
        raise ValueError(
            "--input is missing; give a .gif, .mp4, .npy or a folder of frames."
        )
    options = ForecastOptions(**given_options(ForecastOptions))
    forecast_video(FLAGS.run_dir, FLAGS.input, FLAGS.output, options)
    print(f"Written: {FLAGS.output}")


if __name__ == "__main__":
    define_flags()
    run_program(main)
