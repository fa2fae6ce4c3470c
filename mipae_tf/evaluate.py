"""Measures a run: `python -m mipae_tf.evaluate --run_dir=runs/NAME`.

Prints the numbers that are looked for first, with --verbose all of them. Writes
metrics.json, per_clip.npz, figures/ and report.html in the run folder.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.evaluation import EvaluationOptions
from mipae_tf.evaluation import evaluate
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.table import metrics_table
from mipae_tf.evaluation.table import summary_table

DEFAULTS = EvaluationOptions()


def define_flags() -> None:
    """All flags of this program."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    flags.DEFINE_list(
        "metrics",
        list(GROUPS),
        "Which groups to measure. "
        + " ".join(f"{name}: {group.about}" for name, group in GROUPS.items()),
    )
    flags.DEFINE_integer(
        "clips",
        DEFAULTS.clips,
        "Measure the first so many test clips.",
        lower_bound=2,
    )
    flags.DEFINE_integer("horizon", DEFAULTS.horizon, "Frames to predict.")
    flags.DEFINE_integer(
        "samples",
        DEFAULTS.samples,
        "Futures drawn of each clip, of a stochastic model.",
        lower_bound=2,
    )
    flags.DEFINE_integer(
        "mig_samples",
        DEFAULTS.mig_samples,
        "Frames behind the MIG; 100,000 as published.",
        lower_bound=4,
    )
    flags.DEFINE_integer(
        "drift_steps",
        DEFAULTS.drift_steps,
        "Frames of the long forecasts.",
        lower_bound=2,
    )
    define_path(
        "lpips",
        None,
        "Weights of LPIPS, as `python -m mipae_tf.metrics.convert_lpips` "
        "writes them; without it LPIPS is absent.",
    )
    define_path(
        "fvd",
        None,
        "SavedModel that embeds videos, see docs/metrics.md; without it FVD "
        "is absent.",
    )
    flags.DEFINE_integer(
        "seed", DEFAULTS.seed, "Key of every draw.", lower_bound=0
    )
    define_path("data_dir", None, "Where tfds keeps datasets, if it has moved.")
    flags.DEFINE_bool(
        "verbose", False, "Print every metric before the summary."
    )


def main(_) -> None:
    """Evaluates, prints the summary, says where the rest is."""
    options = EvaluationOptions(
        clips=FLAGS.clips,
        horizon=FLAGS.horizon,
        samples=FLAGS.samples,
        mig_samples=FLAGS.mig_samples,
        drift_steps=FLAGS.drift_steps,
        lpips=FLAGS.lpips,
        fvd=FLAGS.fvd,
        seed=FLAGS.seed,
    )
    metrics = evaluate(FLAGS.run_dir, FLAGS.metrics, options, FLAGS.data_dir)
    if FLAGS.verbose:
        print(metrics_table(metrics), end="\n\n")
    print(summary_table(metrics))
    print(
        f"All numbers: {FLAGS.run_dir}/metrics.json (--verbose prints them)\n"
        f"Pictures:    {FLAGS.run_dir}/report.html"
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
