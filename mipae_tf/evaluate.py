"""Evaluates a run: `python -m mipae_tf.evaluate --run_dir=runs/NAME`.

Prints the main metrics, or all metrics with --verbose. Writes metrics.json,
per_clip.npz, figures/ and report.html in the run folder.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import define_options
from mipae_tf.cli.flags import given_options
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.evaluation import EvaluationOptions
from mipae_tf.evaluation import evaluate_run
from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.tables import metrics_table
from mipae_tf.evaluation.tables import remarks
from mipae_tf.evaluation.tables import summary_table


def define_flags() -> None:
    """Defines all flags of this program."""
    define_path("run_dir", "runs/quickstart", "Folder of the run.")
    flags.DEFINE_list(
        "metrics",
        list(GROUPS),
        "Groups of metrics to compute. "
        + " ".join(f"{name}: {group.about}" for name, group in GROUPS.items()),
    )
    define_options(EvaluationOptions)
    define_path(
        "data_dir",
        None,
        "Folder of tfds datasets; if unset, the one used in training.",
    )
    flags.DEFINE_bool(
        "verbose", False, "Print every metric before the summary."
    )


def main(_) -> None:
    """Evaluates, then prints a summary and the paths of the results."""
    options = EvaluationOptions(**given_options(EvaluationOptions))
    metrics = evaluate_run(
        FLAGS.run_dir, FLAGS.metrics, options, FLAGS.data_dir
    )
    if FLAGS.verbose:
        print(metrics_table(metrics), end="\n\n")
    print(summary_table(metrics))
    for remark in remarks(metrics):
        print(remark)
    print(
        f"All metrics: {FLAGS.run_dir}/metrics.json (--verbose prints them)\n"
        f"Pictures:    {FLAGS.run_dir}/report.html"
    )


if __name__ == "__main__":
    define_flags()
    run_program(main)
