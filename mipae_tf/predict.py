"""Forecasts a video: `python -m mipae_tf.predict --run_dir=... --input=...`.

Reads a video file (.gif, .mp4, .mov, .webm and others), a .npy array or a
folder of frames. Writes a GIF or MP4 of the input and the forecast side by
side, or only the forecast as a .npy array. The memory does not grow with the
horizon, except for a GIF.

With `--generate=N`, draws N clips of `--horizon` frames without an input, if
the model can.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import define_options
from mipae_tf.cli.flags import given_options
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.data_builders.recorded.video_formats import ALLOWED
from mipae_tf.serving import ForecastOptions
from mipae_tf.serving import forecast_video
from mipae_tf.serving import generate_video


def define_flags() -> None:
    """Defines all flags of this program."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    define_path("input", None, f"Video to read: {ALLOWED}.")
    define_path("output", "forecast.gif", ".gif, .mp4 or .npy file to write.")
    flags.DEFINE_integer(
        "generate",
        None,
        "Number of clips to generate instead of a forecast, from --seed and "
        "without an input; --horizon is their number of frames.",
    )
    define_options(ForecastOptions)


def main(_) -> None:
    """Forecasts or generates, then prints the path of the result."""
    options = ForecastOptions(**given_options(ForecastOptions))
    if FLAGS.generate is not None:
        _generate(options)
    elif FLAGS.input is None:
        raise ValueError(
            "--input is missing; it must be a .gif, .mp4 or .npy file or a "
            "folder of frames. --generate=N draws clips without an input."
        )
    else:
        forecast_video(FLAGS.run_dir, FLAGS.input, FLAGS.output, options)
    print(f"Written: {FLAGS.output}")


def _generate(options: ForecastOptions) -> None:
    for name in ("input", "context", "samples"):
        if FLAGS[name].present:
            raise ValueError(
                f"--{name}={FLAGS[name].value} applies to forecasts and cannot "
                f"be combined with --generate={FLAGS.generate}."
            )
    generate_video(
        FLAGS.run_dir,
        FLAGS.output,
        FLAGS.generate,
        options.horizon,
        options.seed,
        options.fps,
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
