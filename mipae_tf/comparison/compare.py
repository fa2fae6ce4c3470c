"""`compare_runs(runs)`: tables of metrics, and differences between runs."""

import math
import os
import pathlib
from collections.abc import Sequence

from mipae_tf.comparison.find_runs import find_runs
from mipae_tf.comparison.report import closing
from mipae_tf.comparison.report import csv_text
from mipae_tf.comparison.report import group_sections
from mipae_tf.comparison.report import opening
from mipae_tf.comparison.rows import ComparableRows
from mipae_tf.comparison.rows import Row
from mipae_tf.comparison.rows import all_rows
from mipae_tf.comparison.rows import comparable_rows
from mipae_tf.comparison.tables.metric_table import HEADLINE
from mipae_tf.files import expand_home
from mipae_tf.files import write_file
from mipae_tf.limits import INT32_MAX
from mipae_tf.limits import require_between
from mipae_tf.visual.html_page import html_page
from mipae_tf.visual.markdown_page import markdown_page

TITLE = "Comparison of runs"
EVERY_PAIR = "every"


def compare_runs(
    runs: Sequence[str],
    metrics: Sequence[str] = (),
    out: str | pathlib.Path = "runs/compare",
    margins: Sequence[str] = (),
    baseline: str = "",
    draws: int = 2_000,
    seed: int = 0,
) -> str:
    """Compares runs; writes `compare.csv`, `compare.html`, `compare.md`.

    Runs that differ in their seed alone are one row. Rows that were measured
    on different clips never share a table.

    Args:
        runs: folders of runs, or globs of them; the row of the first run is
            the baseline of all differences.
        metrics: keys of `metrics.json`, or prefixes of keys that end before a
            slash; the headline metrics when empty.
        out: folder to write to.
        margins: `KEY:VALUE`, the difference in a metric below which two rows
            count as equivalent.
        baseline: label of another row, or the folder of one of its runs, to
            compare all rows with; "every" compares every pair.
        draws: bootstrap samples for each interval.
        seed: of bootstrap samples and permutations.

    Returns:
        What `compare.md` holds.

    Raises:
        ValueError: for runs, metrics, margins, a baseline or a folder that
            cannot be used. Nothing is written then.
    """
    out = pathlib.Path(expand_home(out))
    if out.exists() and not out.is_dir():
        raise ValueError(f"--out={out} is a file; allowed is a folder.")
    require_between("draws", draws, 100, 1_000_000)
    require_between("seed", seed, 0, INT32_MAX)
    rows = all_rows(find_runs(runs, out))
    groups = comparable_rows(rows)
    keys = _shown(groups, metrics)
    limits = _margins(margins, {key for shown in keys for key in shown})
    pairs = _pairs(groups, rows, baseline)
    names = [
        f"{number}. {group.title()}" if len(groups) > 1 else group.title()
        for number, group in enumerate(groups, start=1)
    ]
    sections = [opening(groups, rows)]
    for group in zip(groups, names, keys, pairs, strict=True):
        sections += group_sections(*group, limits, draws, seed)
    sections += closing(groups, names, rows)
    texts = {
        "compare.csv": csv_text(groups, names, keys),
        "compare.html": html_page(TITLE, sections),
        "compare.md": markdown_page(TITLE, sections),
    }
    for name, text in texts.items():
        write_file(out / name, text)
    return texts["compare.md"]


def _shown(
    groups: Sequence[ComparableRows], wanted: Sequence[str]
) -> list[list[str]]:
    """Keys of the wanted metrics for each group, in the wanted order."""
    known = list(dict.fromkeys(key for g in groups for key in g.keys()))
    for prefix in wanted:
        if not any(_within(key, prefix) for key in known):
            stems = dict.fromkeys(key.rpartition("/")[0] for key in known)
            raise ValueError(
                f"--metrics={prefix} was not measured in any run; measured "
                f"are {', '.join(stems) or 'none'}."
            )
    headline = [p for p in HEADLINE if any(_within(key, p) for key in known)]
    # Where no run has a headline metric, all metrics are shown.
    chosen = wanted or headline or known
    return [
        list(
            dict.fromkeys(
                key
                for prefix in chosen
                for key in group.keys()
                if _within(key, prefix)
            )
        )
        for group in groups
    ]


def _within(key: str, prefix: str) -> bool:
    prefix = prefix.rstrip("/")
    return key == prefix or key.startswith(f"{prefix}/")


def _margins(given: Sequence[str], keys: set[str]) -> dict[str, float]:
    """Margin of each shown metric that has one."""
    margins = {}
    for text in given:
        key, _, value = text.rpartition(":")
        try:
            margin = float(value)
        except ValueError:
            margin = math.nan
        if not (key and 0 < margin < math.inf):
            raise ValueError(
                f"--margin={text} is not a margin; allowed is KEY:VALUE with a "
                "VALUE above 0, such as prediction/psnr/forecast:0.5."
            )
        within = [name for name in keys if _within(name, key)]
        if not within:
            raise ValueError(
                f"--margin={text} is for no metric that is shown; shown are "
                f"{', '.join(sorted(keys)) or 'none'}."
            )
        margins.update(dict.fromkeys(within, margin))
    return margins


def _pairs(
    groups: Sequence[ComparableRows], rows: Sequence[Row], baseline: str
) -> list[list[tuple[Row, Row]]]:
    """Rows to subtract from each other, for each group."""
    labels = [row.label for row in rows]
    folder = os.path.expanduser(baseline)  # a label may begin with ~
    for row in rows:
        if folder in [str(run.path) for run in row.runs]:
            baseline = row.label
    if baseline not in ("", EVERY_PAIR, *labels):
        raise ValueError(
            f"--baseline={baseline} is not a row; allowed are {EVERY_PAIR}, "
            f"{', '.join(labels)}."
        )
    return [_pairs_of(group.rows, baseline) for group in groups]


def _pairs_of(rows: Sequence[Row], baseline: str) -> list[tuple[Row, Row]]:
    if baseline == EVERY_PAIR:
        return [(b, a) for i, a in enumerate(rows) for b in rows[i + 1 :]]
    # A group without the baseline compares with its own first row.
    base = next((row for row in rows if row.label == baseline), rows[0])
    return [(row, base) for row in rows if row is not base]
