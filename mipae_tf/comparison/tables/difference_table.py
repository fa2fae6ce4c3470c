"""The table of differences between rows that `compare` prints."""

from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.comparison.difference import Difference
from mipae_tf.comparison.difference import paired_difference
from mipae_tf.comparison.permutation import seeds_needed
from mipae_tf.comparison.rows import ComparableRows
from mipae_tf.comparison.rows import Row
from mipae_tf.comparison.tables.footnotes import Footnotes
from mipae_tf.evaluation.tables.numbers import number
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.visual.html_page import Table

ALPHA = 0.05
HEAD = (
    "metric",
    "row",
    "difference",
    "95 % interval",
    "p over seeds",
    "smallest possible p",
)
READING = (
    "A difference is a row minus the row it is compared with, on the same "
    "clips. Intervals are percentiles of a bootstrap that resamples the clips, "
    "once for both rows, and the seeds within each row. With one seed in a row "
    "they hold for other clips only; with few seeds they are too narrow, by "
    "about sqrt((n - 1) / n). p is two-sided, by permutation over seeds, and "
    "not corrected for the number of comparisons; the least p is the smallest "
    "that this number of seeds can reach. Clips alone give no p: with other "
    "seeds the difference might change its sign."
)


def difference_table(
    group: ComparableRows,
    pairs: Sequence[tuple[Row, Row]],
    keys: Sequence[str],
    margins: Mapping[str, float],
    draws: int,
    seed: int,
    notes: Footnotes,
) -> Table:
    """A line for each metric and pair; equivalence where a margin is given.

    Args:
        group: rows that were measured in the same way.
        pairs: of its rows; the second is subtracted from the first.
        keys: of the metrics.
        margins: by key, within which two rows count as equivalent.
        draws: of the bootstrap.
        seed: of the bootstrap and of permutations.
        notes: takes the reasons of absent values.
    """
    asked = any(key in margins for key in keys)
    one = len({against.label for _, against in pairs}) == 1
    lines = []
    for key in keys:
        for row, against in pairs:
            other = "" if one else f" − {against.label}"
            line = [key, row.label + other]
            try:
                found = paired_difference(key, row, against, draws, seed)
            except AbsentMetric as reason:
                line += [f"absent {notes.mark(str(reason))}", "", "", ""]
                lines.append(line + [""] * (2 * asked))
                continue
            line += [number(found.value, sign=True), *_trust(found, notes)]
            if asked:
                line += _equivalence(found, margins.get(key), notes)
            lines.append(line)
    more = ("90 % interval", "equivalence") if asked else ()
    caption = f"Against {pairs[0][1].label}." if one else ""
    return Table([*HEAD, *more], lines, caption)


def _trust(found: Difference, notes: Footnotes) -> list[str]:
    """Interval, p, and the least p with the seeds needed for a smaller one."""
    if found.interval is None:
        interval = f"absent {notes.mark(found.no_interval)}"
    else:
        alone = ", clips alone" if min(found.seeds) < 2 else ""
        interval = _interval(found.interval) + alone
    if found.p is None:
        p = f"absent {notes.mark(found.no_p)}"
    else:
        p = f"{found.p:.2g}"
    seeds = f"{found.seeds[0]} vs {found.seeds[1]} seeds"
    if found.least_p >= ALPHA:
        needed = seeds_needed(ALPHA)
        seeds += f"; p < {ALPHA} needs {needed} vs {needed}"
    return [interval, p, f"{found.least_p:.2g} ({seeds})"]


def _equivalence(
    found: Difference, margin: float | None, notes: Footnotes
) -> list[str]:
    if found.narrower is None:
        interval = f"absent {notes.mark(found.no_interval)}"
    else:
        interval = _interval(found.narrower)
    if margin is None:
        return [interval, "no margin given"]
    try:
        shown = found.equivalent(margin)
    except AbsentMetric as reason:
        return [interval, f"absent {notes.mark(str(reason))}"]
    return [interval, f"{'shown' if shown else 'not shown'} within ±{margin:g}"]


def _interval(bounds: tuple[float, float]) -> str:
    low, high = bounds
    return f"[{number(low, sign=True)}, {number(high, sign=True)}]"
