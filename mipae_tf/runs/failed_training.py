"""Whether a training has failed, by the criterion of its model."""

from collections.abc import Iterable
from collections.abc import Mapping

import numpy as np

from mipae_tf.models import VideoModel

# Share of the steps, at the end of the training, that counts.
LAST_SHARE = 0.1


def failed_training(
    model: VideoModel, rows: Iterable[Mapping[str, object]]
) -> str | None:
    """The reason why a training has failed by `FAILURES` of the model.

    It has failed if a loss, on average over the training logs of the last tenth
    of its steps, is below its value in `FAILURES`.

    Args:
        model: the model.
        rows: lines of `losses.jsonl`.

    Returns:
        One sentence without a full stop, or None.
    """
    logged = [row for row in rows if row["group"] == "training"]
    for name, (least, meaning) in model.FAILURES.items():
        mine = [row for row in logged if name in row]
        last = max((row["step"] for row in mine), default=0)
        first = (1.0 - LAST_SHARE) * last
        values = [row[name] for row in mine if row["step"] > first]
        if values and np.mean(values) < least:
            return (
                f"{name} was {np.mean(values):.2g} over the last steps, below "
                f"{least:g}: {meaning}"
            )
    return None
