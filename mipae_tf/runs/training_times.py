"""How long a run was trained, and on what: `training.json`."""

import json
from typing import Any

from mipae_tf.metrics.result import absent
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
    """What was recorded of each stage, by its name.

    A stage has `steps` made so far, and of those after `first_step` the
    `wall_seconds` and the `cpu_seconds` of all threads; numbers of the
    processes that trained it, `lives`; `devices`; and `replicas`,
    `intra_op_threads` and `inter_op_threads` of the last process (0 threads:
    as many as TensorFlow chose).

    Raises:
        ValueError: where the file is damaged.
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
    """The entry `training` of `metrics.json`.

    Returns:
        `wall_seconds`, `cpu_seconds` and `steps`, sums over the stages; the
        number of `lives`; `device`; and `stages`, as `read_times` gives them.
        Or the reason why there is none, as `absent`.
    """
    try:
        recorded = read_times(folder)
    except ValueError as error:
        return absent(str(error))
    if not recorded:
        return absent(UNRECORDED)
    # A stage with checkpoints was trained, whether or not it was timed.
    trained = [path.name for path in (folder.path / "checkpoints").glob("*/")]
    partly = [
        name
        for name in sorted(trained)
        if name not in recorded or recorded[name]["first_step"]
    ]
    if partly:
        return absent(
            f"Not all steps of {' and '.join(partly)} had their time recorded."
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
