"""Compares runs: `python -m mipae_tf.compare --runs=runs/a*,runs/b*`.

Prints tables in Markdown, and writes compare.md, compare.csv and compare.html.
Runs that differ only in the seed are one row.
"""

from absl import flags

if __name__ == "__main__":  # before TensorFlow is imported
    from mipae_tf.cli import quiet  # noqa: F401

from mipae_tf.cli.flags import FLAGS
from mipae_tf.cli.flags import run_program
from mipae_tf.cli.path_flag import define_path
from mipae_tf.comparison import compare_runs


def define_flags() -> None:
    """Defines all flags of this program."""
    flags.DEFINE_multi_string(
        "runs",
        [],
        "Run folders, folders in results/, or globs, separated by commas. May "
        "be repeated; an existing folder whose name contains commas or "
        "brackets is used as it is.",
    )
    flags.DEFINE_list(
        "metrics",
        [],
        "Keys of metrics.json, or prefixes of keys that end at a slash; if "
        "unset, the main metrics.",
    )
    define_path("out", "runs/compare", "Folder for the results.")
    flags.DEFINE_multi_string(
        "margin",
        [],
        "KEY:VALUE, the equivalence margin of a metric: rows with a smaller "
        "difference are equivalent. May be repeated.",
    )
    flags.DEFINE_string(
        "baseline",
        "",
        "Row to compare the others with: its label or one of its runs; every: "
        "all pairs; if unset, the first row.",
    )
    flags.DEFINE_integer(
        "draws", 2_000, "Bootstrap samples per interval.", lower_bound=100
    )
    flags.DEFINE_integer(
        "seed", 0, "Seed of bootstrap samples and permutations.", lower_bound=0
    )


def main(_) -> None:
    """Compares, then prints the tables and the paths of the results."""
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
