"""The table of means over seeds that `compare` prints, a row for each model."""

from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.comparison.rows import ComparableRows
from mipae_tf.comparison.rows import Row
from mipae_tf.comparison.tables.footnotes import Footnotes
from mipae_tf.evaluation.tables.numbers import mean_and_deviation
from mipae_tf.evaluation.tables.numbers import number
from mipae_tf.visual.html_page import Table

# Kinds with more metrics than this have a table of their own.
MOST_IN_SHARED_TABLE = 2
ARROWS = {"higher": " ↑", "lower": " ↓", "none": ""}
# Reference rows below a metric, by the last segment of its key: other rows of
# the same measure. Judged classes have rows of the same factor.
REFERENCES = {
    "forecast": ("copy_last", "blank", "real"),
    "score": ("ceiling",),
}
JUDGED_REFERENCES = ("copy_last", "real")
# The columns, where the user does not choose.
HEADLINE = (
    "prediction/psnr/forecast",
    "prediction/psnr/oracle",
    "prediction/ssim/forecast",
    "swap/psnr",
    "position/error/forecast",
    "mig/published/score",
    "judged/forecast",
    "leak",
)


def metric_tables(
    group: ComparableRows, keys: Sequence[str], notes: Footnotes
) -> list[Table]:
    """Mean ± sd over seeds of each metric, and reference values.

    Args:
        group: rows that were measured in the same way.
        keys: of the metrics.
        notes: takes the reasons of absent metrics.

    Returns:
        One table of all kinds with few metrics, then one for each kind with
        many, such as the leaks of all factors.
    """
    kinds: dict[str, list[str]] = {}
    for key in keys:
        kinds.setdefault(key.rpartition("/")[0], []).append(key)
    together = [
        key for kind in kinds.values() if len(kind) <= MOST_IN_SHARED_TABLE
        for key in kind
    ]  # fmt: skip
    tables = []
    if together:
        tables.append(_table(group, together, together, "", notes))
    for kind, members in kinds.items():
        if len(members) > MOST_IN_SHARED_TABLE:
            names = [key.rpartition("/")[2] for key in members]
            tables.append(_table(group, members, names, kind, notes))
    return tables


def _table(
    group: ComparableRows,
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
    return f"{mean_and_deviation(values)} ({values.size}) {mark}".rstrip()


def _references(group: ComparableRows, key: str) -> Mapping[str, float]:
    """Reference values of a metric by name, means over all runs."""
    kind, _, last = key.rpartition("/")
    reference_keys = {
        name: f"{kind}/{name}" for name in REFERENCES.get(last, ())
    }
    if key.startswith("judged/"):
        reference_keys = {
            name: f"judged/{name}/{last}" for name in JUDGED_REFERENCES
        }
    runs = [run for row in group.rows for run in row.having(key)]
    entries = {
        name: [run.metrics.get(other, {}) for run in runs]
        for name, other in reference_keys.items()
    }
    values = {
        name: [entry["value"] for entry in found if "value" in entry]
        for name, found in entries.items()
    }
    metrics = [run.metrics[key] for run in runs]
    values["chance"] = [m["chance"] for m in metrics if "chance" in m]
    return {k: float(np.mean(found)) for k, found in values.items() if found}
