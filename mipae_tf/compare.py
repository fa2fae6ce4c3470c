"""Compares runs: `python -m mipae_tf.compare --runs=runs/a*,runs/b*`.

Prints tables as Markdown; writes compare.md, compare.csv and compare.html.
Runs that differ in the seed alone are one row.
"""

from absl import flags

from mipae_tf.cli import quiet  # noqa: F401  isort: skip, before TensorFlow
from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.comparison import compare


def define_flags() -> None:
    """All flags of this program."""
    flags.DEFINE_list(
        "runs", [], "Folders of runs, or below results/, or globs of them."
    )
    flags.DEFINE_list(
        "metrics",
        [],
        "Keys of metrics.json, or what they begin with up to a slash; unset: "
        "the headline metrics.",
    )
    flags.DEFINE_string("out", "runs/compare", "Folder to write in.")
    flags.DEFINE_multi_string(
        "margin",
        [],
        "KEY:VALUE, the difference below which two rows count as equivalent; "
        "may be given several times.",
    )
    flags.DEFINE_string(
        "baseline",
        "",
        "Row that all are compared with: its label or a run in it; every: "
        "all pairs; unset: the first row.",
    )
    flags.DEFINE_integer(
        "draws", 2_000, "Resamplings behind each interval.", lower_bound=100
    )
    flags.DEFINE_integer(
        "seed", 0, "Key of resamplings and permutations.", lower_bound=0
    )


def main(_) -> None:
    """Compares, prints the tables, says where they are."""
    text = compare(
        FLAGS.runs,
        FLAGS.metrics,
        FLAGS.out,
        FLAGS.margin,
        FLAGS.baseline,
        FLAGS.draws,
        FLAGS.seed,
    )
    print(text)
    print(f"Written: {FLAGS.out}/compare.html, compare.md and compare.csv.")


if __name__ == "__main__":
    define_flags()
    run_program(main)
