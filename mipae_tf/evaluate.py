"""Measures a run: `python -m mipae_tf.evaluate --run_dir=runs/NAME`.

Prints a table; writes metrics.json, per_clip.npz, figures/ and report.html in
the run folder.
"""

from absl import flags

from mipae_tf.cli import quiet  # noqa: F401  isort: skip, before TensorFlow
from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.evaluation import EvaluationOptions
from mipae_tf.evaluation import evaluate
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.table import metrics_table

DEFAULTS = EvaluationOptions()


def define_flags() -> None:
    """All flags of this program."""
    flags.DEFINE_string("run_dir", "runs/quickstart", "Folder of the run.")
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
    flags.DEFINE_string(
        "lpips",
        None,
        "Weights of LPIPS, as `python -m mipae_tf.metrics.convert_lpips` "
        "writes them; without it LPIPS is absent.",
    )
    flags.DEFINE_string(
        "fvd",
        None,
        "SavedModel that embeds videos, see docs/metrics.md; without it FVD "
        "is absent.",
    )
    flags.DEFINE_integer(
        "seed", DEFAULTS.seed, "Key of every draw.", lower_bound=0
    )
    flags.DEFINE_string(
        "data_dir", None, "Where tfds keeps datasets, if it has moved."
    )


def main(_) -> None:
    """Evaluates, prints the table, says where the report is."""
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
    print(metrics_table(metrics))
    print(
        f"\nWritten: {FLAGS.run_dir}/metrics.json, "
        f"{FLAGS.run_dir}/report.html, and pictures in "
        f"{FLAGS.run_dir}/figures/."
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
