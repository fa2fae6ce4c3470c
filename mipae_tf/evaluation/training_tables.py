"""Training time and device, for the screen and the report."""

from collections.abc import Mapping
from collections.abc import Sequence

from mipae_tf.visual.html_page import Table

UNITS = (("h", 3600.0), ("min", 60.0), ("s", 1.0))


def duration(seconds: Sequence[float]) -> str:
    """A time in hours, minutes or seconds; of several, the mean ± sd.

    Args:
        seconds: one time or more.
    """
    count, mean = len(seconds), sum(seconds) / len(seconds)
    unit, size = next((u for u in UNITS if mean >= u[1]), UNITS[-1])
    text = f"{mean / size:.1f}"
    if count > 1:
        square = sum((x - mean) ** 2 for x in seconds) / (count - 1)
        text += f" ± {square**0.5 / size:.1f}"
    return f"{text} {unit}"


def training_line(training: Mapping) -> str:
    """The entry `training` of `metrics.json` in a line."""
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
    """The same with a row for each stage."""
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
    return Table((*head, "replicas", "threads in, between ops"), [*rows, whole])


def _threads(count: int) -> str:
    return str(count) if count else "default"
