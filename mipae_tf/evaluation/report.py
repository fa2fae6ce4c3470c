"""`report.html`: metrics, figures and settings of a run on one page."""

from collections.abc import Mapping

from mipae_tf.evaluation.groups.registry import GROUPS
from mipae_tf.evaluation.tables.group_tables import group_tables
from mipae_tf.evaluation.tables.summary_table import summary_rows
from mipae_tf.evaluation.tables.summary_table import title
from mipae_tf.evaluation.tables.training_time import training_table
from mipae_tf.evaluation.tables.verdict import remarks
from mipae_tf.files import write_file
from mipae_tf.runs import RunFolder
from mipae_tf.visual.html_page import Picture
from mipae_tf.visual.html_page import Section
from mipae_tf.visual.html_page import Table
from mipae_tf.visual.html_page import html_page
from mipae_tf.visual.plots import loss_plot

LOSS_FIGURE = "losses.png"


def write_report(folder: RunFolder, metrics: Mapping[str, Mapping]) -> None:
    """Writes the report and the plot of the losses.

    Args:
        folder: the run; its figures and losses are embedded in the page.
        metrics: what `metrics.json` holds.
    """
    losses = [_loss_row(row) for row in folder.read_losses()]
    if losses:
        write_file(folder.figures / LOSS_FIGURE, loss_plot(losses))
    protocol = metrics["protocol"]
    sections = [
        _summary(metrics),
        *(_of_group(folder, name, metrics) for name in GROUPS),
        _training(folder, metrics),
        _absences(metrics),
        Section("Protocol", [_listing(protocol)]),
    ]
    name, details = title(protocol)
    page = html_page(
        name,
        [section for section in sections if section.blocks],
        f"{folder.path.name}: {details}",
    )
    write_file(folder.report, page)


def _loss_row(row: dict) -> dict:
    """Losses only, training and validation as curves of their own."""
    stage = f"{row['stage']}, {row['group']}"
    left_out = ("group", "steps_per_second", "data_wait_share")
    kept = {k: v for k, v in row.items() if k not in left_out}
    return {**kept, "stage": stage}


def _summary(metrics: Mapping[str, Mapping]) -> Section:
    table = summary_rows(metrics)
    blocks = [*remarks(metrics), *([table] if table.rows else [])]
    return Section("Summary", blocks)


def _of_group(
    folder: RunFolder, name: str, metrics: Mapping[str, Mapping]
) -> Section:
    group = GROUPS[name]
    rows = {
        key: row
        for key, row in metrics.items()
        if key.split("/")[0] in group.keys and "value" in row
    }
    pictures = _pictures(folder, group.figures)
    blocks = [*group_tables(rows), *pictures]
    return Section(name.capitalize(), [group.about, *blocks] if blocks else [])


def _pictures(folder: RunFolder, captions: Mapping[str, str]) -> list[Picture]:
    return [
        Picture((folder.figures / file).read_bytes(), caption)
        for file, caption in captions.items()
        if (folder.figures / file).exists()
    ]


def _training(folder: RunFolder, metrics: Mapping[str, Mapping]) -> Section:
    pictures = _pictures(folder, {LOSS_FIGURE: "Losses of each stage."})
    settings = folder.settings()
    configuration = {
        "model": settings.model,
        "dataset": settings.dataset,
        "seed": settings.seed,
        "training clips": settings.train_clips or "all",
        **vars(settings.config),
    }
    blocks = [*pictures, _listing(configuration)]
    if "training" in metrics:
        blocks.append(training_table(metrics["training"]))
    return Section("Training", blocks)


def _absences(metrics: Mapping[str, Mapping]) -> Section:
    reasons: dict[str, list[str]] = {}
    for key, row in metrics.items():
        if "absent" in row and key != "training":
            reasons.setdefault(row["absent"], []).append(key)
    if not reasons:
        return Section("Absent", [])
    rows = [(reason, ", ".join(keys)) for reason, keys in reasons.items()]
    return Section("Absent", [Table(("why", "what is absent"), rows)])


def _listing(values: Mapping) -> Table:
    rows = [(name, _text(value)) for name, value in values.items()]
    return Table(("", "value"), rows)


def _text(value) -> str:
    if isinstance(value, Mapping):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    return "" if value is None else str(value)
