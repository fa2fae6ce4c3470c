"""What `compare` writes: sections of its page, and lines of its CSV file."""

import csv
import io
from collections.abc import Mapping
from collections.abc import Sequence

import numpy as np

from mipae_tf.comparison.failed_runs import RULE
from mipae_tf.comparison.rows import FIELDS_OF_METRICS
from mipae_tf.comparison.rows import SHARED_FIELDS
from mipae_tf.comparison.rows import ComparableRows
from mipae_tf.comparison.rows import Row
from mipae_tf.comparison.rows import differing_options
from mipae_tf.comparison.tables.difference_table import READING
from mipae_tf.comparison.tables.difference_table import difference_table
from mipae_tf.comparison.tables.failure_table import failure_tables
from mipae_tf.comparison.tables.footnotes import Footnotes
from mipae_tf.comparison.tables.metric_table import metric_tables
from mipae_tf.comparison.tables.training_time_table import training_section
from mipae_tf.visual.html_page import Picture
from mipae_tf.visual.html_page import Section
from mipae_tf.visual.html_page import Table
from mipae_tf.visual.plots import per_step_plot

FORECAST = "prediction/psnr/forecast"
BASELINES = ("prediction/psnr/copy_last", "prediction/psnr/blank")
UNITS = (
    "Mean ± standard deviation over seeds, the number of seeds in brackets; "
    "one seed has no deviation. PSNR is in dB, information and entropy in "
    "nats, errors of positions in steps of the position, about a pixel; SSIM, "
    "accuracies, R² and MIG have no unit. An arrow says whether higher or "
    "lower values are better. Compare what the judge sees in forecasts with "
    "what it sees in real frames."
)


def group_sections(
    group: ComparableRows,
    name: str,
    keys: Sequence[str],
    pairs: Sequence[tuple[Row, Row]],
    margins: Mapping[str, float],
    draws: int,
    seed: int,
) -> list[Section]:
    """Metrics and differences of comparable rows.

    Args:
        group: the rows.
        name: of the group, for the headings.
        keys: of the metrics to show.
        pairs: of rows to subtract.
        margins: of equivalence, by key.
        draws: of the bootstrap.
        seed: of the bootstrap and of permutations.
    """
    notes = Footnotes()
    blocks = [*metric_tables(group, keys, notes), *notes.lines()]
    picture = _forecast_picture(group)
    sections = [
        Section(f"Metrics: {name}", [*blocks, picture] if picture else blocks)
    ]
    if not pairs:
        return sections
    notes = Footnotes()
    table = difference_table(group, pairs, keys, margins, draws, seed, notes)
    blocks = [table, *notes.lines()]
    return [*sections, Section(f"Differences: {name}", blocks)]


def opening(groups: Sequence[ComparableRows], rows: Sequence[Row]) -> Section:
    """What was compared, and how to read it."""
    runs = sum(len(row.runs) for row in rows)
    paragraphs = [
        f"{_count(runs, 'run')} of {_count(len(rows), 'configuration')}: "
        "runs that differ in their seed alone have one configuration."
    ]
    if len(groups) > 1:
        names = [
            name
            for name in (*SHARED_FIELDS, *FIELDS_OF_METRICS)
            if len({str(group.protocol.get(name)) for group in groups}) > 1
        ]
        paragraphs.append(
            f"They were measured on different clips or by different rules, in "
            f"{len(groups)} ways that differ in {', '.join(names)}. Each has "
            "tables of its own. Do not compare numbers of different tables."
        )
    if not groups:
        paragraphs.append("None of them was measured.")
    if any(len(group.rows) > 1 for group in groups):
        return Section("What is compared", [*paragraphs, UNITS, READING])
    paragraphs += [
        UNITS,
        "There are no differences: no two rows share their clips.",
    ]
    return Section("What is compared", paragraphs)


def closing(
    groups: Sequence[ComparableRows], names: Sequence[str], rows: Sequence[Row]
) -> list[Section]:
    """Times, failures, what the rows differ in, and how they were measured."""
    sections = [
        training_section(rows),
        Section("Failure rate", [RULE, *failure_tables(rows)]),
    ]
    options = differing_options(rows)
    if options:
        head = ["option", *(row.label for row in rows)]
        lines = [[name, *values] for name, values in options.items()]
        sections.append(Section("Options that differ", [Table(head, lines)]))
    tables = [
        Table(["protocol", "value"], _flat(group.protocol), name)
        for group, name in zip(groups, names, strict=True)
    ]
    return [*sections, *([Section("Protocol", tables)] if tables else [])]


def csv_text(
    groups: Sequence[ComparableRows],
    names: Sequence[str],
    keys: Sequence[Sequence[str]],
) -> str:
    """A line for each group, row, metric and run; empty where absent."""
    stream = io.StringIO()
    file = csv.writer(stream, lineterminator="\n")
    head = "protocol,configuration,metric,n,mean,sd,run,seed,value,absent"
    file.writerow(head.split(","))
    for group, name, shown in zip(groups, names, keys, strict=True):
        for row in group.rows:
            for key in shown:
                file.writerows(
                    [name, row.label, key, *line] for line in _lines(row, key)
                )
    return stream.getvalue()


def _lines(row: Row, key: str) -> list[list]:
    values = row.values(key)
    mean = float(values.mean()) if values.size else ""
    sd = float(values.std(ddof=1)) if values.size > 1 else ""
    lines = []
    for run in row.runs:
        reason = run.why_absent(key)
        value = run.value(key) if reason is None else ""
        seed = "" if run.seed is None else run.seed
        about = [values.size, mean, sd, run.path, seed, value, reason or ""]
        lines.append(about)
    return lines


def _forecast_picture(group: ComparableRows) -> Picture | None:
    """PSNR of the forecast by step, beside the baselines."""
    series = {}
    for row in group.rows:
        steps = _steps(row, FORECAST)
        if steps is not None:
            mean = steps.mean(axis=0)
            sd = steps.std(axis=0, ddof=1) if len(steps) > 1 else None
            band = (None, None) if sd is None else (mean - sd, mean + sd)
            series[row.label] = (mean, *band)
    if not series:
        return None
    for key in BASELINES:
        found = [_steps(row, key) for row in group.rows]
        known = [steps for steps in found if steps is not None]
        if known:
            series[key.rpartition("/")[2]] = (known[0][0], None, None)
    return Picture(
        per_step_plot(series, "PSNR (dB)"),
        "PSNR of the forecast by predicted frame: mean over seeds, and a band "
        "of one standard deviation on either side where there are several.",
    )


def _steps(row: Row, key: str) -> np.ndarray | None:
    """The metric of each run at each step, `[runs, steps]`."""
    entries = [run.metrics[key] for run in row.having(key)]
    steps = [entry["per_step"] for entry in entries if "per_step" in entry]
    # Runs with different numbers of steps are not drawn.
    alike = len({len(values) for values in steps}) == 1
    return np.array(steps) if alike else None


def _flat(protocol: Mapping) -> list[list[str]]:
    lines = []
    for name, value in protocol.items():
        if isinstance(value, Mapping):
            lines += [[f"{name}: {k}", str(v)] for k, v in value.items()]
        else:
            lines.append([name, str(value)])
    return lines


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
