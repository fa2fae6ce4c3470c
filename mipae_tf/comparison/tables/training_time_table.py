"""The table of training times that `compare` prints."""

from collections.abc import Sequence

from mipae_tf.comparison.rows import Row
from mipae_tf.comparison.tables.footnotes import Footnotes
from mipae_tf.evaluation.tables.numbers import duration
from mipae_tf.visual.html_page import Section
from mipae_tf.visual.html_page import Table

READING = (
    "Time of all stages, validation and checkpoints included; mean ± standard "
    "deviation over seeds. CPU time is the sum over all threads. Times on "
    "different devices, or on a device that was shared, cannot be compared."
)


def training_section(rows: Sequence[Row]) -> Section:
    """Wall time, CPU time, steps and device of each row."""
    notes = Footnotes()
    lines = [[row.label, *_cells(row, notes)] for row in rows]
    head = ["training time", "wall time", "CPU time", "steps", "device"]
    return Section(
        "Training time", [READING, Table(head, lines), *notes.lines()]
    )


def _cells(row: Row, notes: Footnotes) -> list[str]:
    known = [r.training for r in row.runs if "absent" not in r.training]
    reasons = [r.training["absent"] for r in row.runs if "absent" in r.training]
    mark = notes.mark(*dict.fromkeys(reasons))
    if not known:
        return [f"absent {mark}", "", "", ""]
    times = [
        f"{duration([of[name] for of in known])} ({len(known)}) {mark}".rstrip()
        for name in ("wall_seconds", "cpu_seconds")
    ]
    steps = dict.fromkeys(str(of["steps"]) for of in known)
    devices = dict.fromkeys(of["device"] for of in known)
    return [*times, ", ".join(steps), "; ".join(devices)]
