"""The table of failed runs that `compare` prints."""

from collections.abc import Sequence

from mipae_tf.comparison.failed_runs import why_failed
from mipae_tf.comparison.rows import Row
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.visual.html_page import Table


def failure_tables(rows: Sequence[Row]) -> list[Table]:
    """Counts for each configuration, then each failed run and the reason."""
    counts, runs = [], []
    for row in rows:
        failed, unknown = 0, 0
        for run in row.runs:
            try:
                reason = why_failed(run)
                failed += reason is not None
            except AbsentMetric as error:
                reason = f"not judged: {error}"
                unknown += 1
            if reason is not None:
                runs.append([str(run.path), row.label, row.dataset, reason])
        total, judged = len(row.runs), len(row.runs) - unknown
        rate = f"{failed / judged:.0%}" if judged else "absent"
        numbers = [str(n) for n in (total, judged, failed)]
        counts.append([row.label, row.dataset, *numbers, rate])
    head = ["configuration", "dataset", "runs", "judged", "failed", "rate"]
    tables = [Table(head, counts)]
    if runs:
        tables.append(Table(["run", "configuration", "dataset", "why"], runs))
    return tables
