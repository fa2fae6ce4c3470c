"""Training time and device, as a line and as a table."""

from collections.abc import Mapping

from mipae_tf.evaluation.tables.numbers import duration
from mipae_tf.visual.html_page import Table


def training_line(training: Mapping) -> str:
    """The entry `training` of `metrics.json` on one line."""
    if "absent" in training:
        return f"{'training time':48} absent: {training['absent']}"
    lives = training["lives"]
    return (
        f"{'training time':48} {duration([training['wall_seconds']])}, "
        f"{duration([training['cpu_seconds']])} of CPU time; "
        f"{training['steps']} steps on {training['device']}, "
        f"{lives} process{'' if lives == 1 else 'es'}"
    )


def training_table(training: Mapping) -> Table:
    """The entry `training` of `metrics.json`, a row for each stage."""
    if "absent" in training:
        return Table(("training time",), [(f"absent: {training['absent']}",)])
    rows = [
        (
            name,
            str(of["steps"]),
            duration([of["wall_seconds"]]),
            duration([of["cpu_seconds"]]),
            ", then ".join(of["devices"]),
            str(of["replicas"]),
            f"{_threads(of['intra_op_threads'])}, "
            f"{_threads(of['inter_op_threads'])}",
        )
        for name, of in training["stages"].items()
    ]
    whole = (
        "all stages",
        str(training["steps"]),
        duration([training["wall_seconds"]]),
        duration([training["cpu_seconds"]]),
        f"in {training['lives']} process(es)",
        "",
        "",
    )
    head = ("training time", "steps", "wall time", "CPU time", "device")
    return Table(
        (*head, "replicas", "intra-op, inter-op threads"), [*rows, whole]
    )


def _threads(count: int) -> str:
    return str(count) if count else "default"
