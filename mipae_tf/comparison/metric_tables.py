"""Tables of means over seeds, a row for each configuration."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.comparison.footnotes import Footnotes
from mipae_tf.comparison.rows import Group
from mipae_tf.comparison.rows import Row
from mipae_tf.visual.html_page import Table

# More metrics of one kind than these have a table of their own.
MOST_TOGETHER = 2
ARROWS = {"higher": " ↑", "lower": " ↓", "none": ""}
# What stands below a metric, from its neighbours in the file: rows of the same
# measure, and of what is judged the same factor elsewhere.
REFERENCES = {
    "forecast": ("copy_last", "blank", "real"),
    "score": ("ceiling",),
}
JUDGED = ("copy_last", "real")


def metric_tables(
    group: Group, keys: Sequence[str], notes: Footnotes
) -> list[Table]:
    """Mean ± sd over seeds of each metric, and what to measure them against.

    Args:
        group: rows that were measured alike.
        keys: of the metrics.
        notes: takes the reasons of absent ones.

    Returns:
        One table of all metrics that have few of their kind, then one for
        each kind that has many, such as the leaks of all factors.
    """
    kinds: dict[str, list[str]] = {}
    for key in keys:
        kinds.setdefault(key.rpartition("/")[0], []).append(key)
    together = [
        key for kind in kinds.values() if len(kind) <= MOST_TOGETHER
        for key in kind
    ]  # fmt: skip
    tables = []
    if together:
        tables.append(_table(group, together, together, "", notes))
    for kind, members in kinds.items():
        if len(members) > MOST_TOGETHER:
            names = [key.rpartition("/")[2] for key in members]
            tables.append(_table(group, members, names, kind, notes))
    return tables


def number(value: float, sign: bool = False) -> str:
    """A metric with its digits: two decimals from 10 on, else three."""
    decimals = 2 if abs(value) >= 10 else 3
    return f"{value:{'+' if sign else ''}.{decimals}f}"


def _table(
    group: Group,
    keys: Sequence[str],
    names: Sequence[str],
    caption: str,
    notes: Footnotes,
) -> Table:
    rows = [
        [row.label, *(_cell(row, key, notes) for key in keys)]
        for row in group.rows
    ]
    references = [_references(group, key) for key in keys]
    for name in dict.fromkeys(name for found in references for name in found):
        cells = [number(r[name]) if name in r else "" for r in references]
        rows.append([name, *cells])
    heads = [
        name + ARROWS[group.better(key)]
        for key, name in zip(keys, names, strict=True)
    ]
    return Table(["mean ± sd (n seeds)", *heads], rows, caption)


def _cell(row: Row, key: str, notes: Footnotes) -> str:
    values, mark = row.values(key), notes.mark(*row.reasons(key))
    if not values.size:
        return f"absent {mark}"
    text = number(values.mean())
    if values.size > 1:
        decimals = len(text.partition(".")[2])
        text += f" ± {values.std(ddof=1):.{decimals}f}"
    return f"{text} ({values.size}) {mark}".rstrip()


def _references(group: Group, key: str) -> Mapping[str, float]:
    """Means over all runs: they are of the clips, not of the run."""
    kind, _, last = key.rpartition("/")
    beside = {name: f"{kind}/{name}" for name in REFERENCES.get(last, ())}
    if key.startswith("judged/"):
        beside = {name: f"judged/{name}/{last}" for name in JUDGED}
    runs = [run for row in group.rows for run in row.having(key)]
    entries = {
        name: [run.metrics.get(other, {}) for run in runs]
        for name, other in beside.items()
    }
    values = {
        name: [entry["value"] for entry in found if "value" in entry]
        for name, found in entries.items()
    }
    metrics = [run.metrics[key] for run in runs]
    values["chance"] = [m["chance"] for m in metrics if "chance" in m]
    return {k: float(np.mean(found)) for k, found in values.items() if found}
