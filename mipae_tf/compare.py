"""Compares runs: `python -m mipae_tf.compare --runs=runs/a*,runs/b*`.

Prints tables as Markdown; writes compare.md, compare.csv and compare.html.
Runs that differ in the seed alone are one row.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.comparison import compare_runs


def define_flags() -> None:
    """All flags of this program."""
    flags.DEFINE_multi_string(
        "runs",
        [],
        "Folders of runs, or below results/, or globs of them, with commas "
        "between them. May be given several times; a folder whose own name "
        "has a comma or a bracket is taken as it is.",
    )
    flags.DEFINE_list(
        "metrics",
        [],
        "Keys of metrics.json, or what they begin with up to a slash; unset: "
        "the headline metrics.",
    )
    define_path("out", "runs/compare", "Folder to write in.")
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
    text = compare_runs(
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
