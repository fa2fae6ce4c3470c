"""Training times and devices of a run, stored in `training.json`."""

import json
from collections.abc import Iterable
from collections.abc import Mapping
from typing import Any

from mipae_tf.metrics.result import absent
from mipae_tf.models.stage import Stage
from mipae_tf.runs.folder import RunFolder

UNRECORDED = "The run was made before training times were recorded."
FIELDS = (
    "first_step",
    "steps",
    "wall_seconds",
    "cpu_seconds",
    "lives",
    "devices",
    "replicas",
    "intra_op_threads",
    "inter_op_threads",
)


def read_times(folder: RunFolder) -> dict[str, dict[str, Any]]:
    """Reads the recorded times of each stage, by name.

    The fields are `steps`, the number of steps so far; `wall_seconds` and
    `cpu_seconds` (of all threads) of the steps after `first_step`; `lives`,
    the numbers of the processes that trained the stage; `devices`; and
    `replicas`, `intra_op_threads` and `inter_op_threads` of the last process
    (0 threads: the choice of TensorFlow).

    Raises:
        ValueError: if the file is damaged.
    """
    if not folder.training.exists():
        return {}
    try:
        stages = json.loads(folder.training.read_text())["stages"]
        return {
            name: {field: stage[field] for field in FIELDS}
            for name, stage in stages.items()
        }
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValueError(
            f"{folder.training} is damaged ({error!r})."
        ) from error


def training_entry(folder: RunFolder) -> dict[str, Any]:
    """Makes the entry `training` of `metrics.json`.

    Returns:
        `wall_seconds`, `cpu_seconds` and `steps`, summed over the stages;
        `lives`, the number of processes; `device`; and `stages`, the result of
        `read_times`. If the times are incomplete, an entry `absent` with the
        reason.
    """
    try:
        recorded = read_times(folder)
    except ValueError as error:
        return absent(str(error))
    if not recorded:
        return absent(UNRECORDED)
    # A stage with checkpoints was trained, even if no time was recorded.
    trained = [path.name for path in (folder.path / "checkpoints").glob("*/")]
    incomplete = [
        name
        for name in sorted(trained)
        if name not in recorded or recorded[name]["first_step"]
    ]
    if incomplete:
        return absent(
            "The training times of some steps of "
            f"{' and '.join(incomplete)} were not recorded."
        )
    stages = {name: of for name, of in recorded.items() if name in trained}
    lives = {life for of in stages.values() for life in of["lives"]}
    devices = [name for of in stages.values() for name in of["devices"]]
    return {
        "wall_seconds": sum(of["wall_seconds"] for of in stages.values()),
        "cpu_seconds": sum(of["cpu_seconds"] for of in stages.values()),
        "steps": sum(of["steps"] for of in stages.values()),
        "lives": len(lives),
        "device": ", then ".join(dict.fromkeys(devices)),
        "stages": stages,
    }


def unfinished_stage(
    recorded: Mapping[str, Mapping[str, Any]], stages: Iterable[Stage]
) -> str | None:
    """Where a training was stopped before its end.

    Args:
        recorded: the result of `read_times`.
        stages: the stages of the model, in order.

    Returns:
        The first stage with fewer steps than it should have, such as "forecast
        is at step 20 of 400"; None if there is none, or no times were recorded.
    """
    for stage in stages:
        steps = recorded.get(stage.name, {}).get("steps", 0)
        if recorded and steps < stage.total_steps:
            return f"{stage.name} is at step {steps} of {stage.total_steps}"
    return None
