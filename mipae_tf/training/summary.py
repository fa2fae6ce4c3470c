"""A summary of a training run."""

from collections.abc import Iterable
from collections.abc import Mapping

from mipae_tf.runs import RunFolder


def training_summary(folder: RunFolder) -> str:
    """A table of steps, best validation loss and speed of each stage.

    Args:
        folder: the folder of the run.
    """
    rows = folder.read_losses()
    checked = best_validation(rows)
    lines = [
        f"{'stage':16}{'steps':>8}{'best validation loss':>22}"
        f"{'at step':>9}{'steps/s':>9}"
    ]
    for stage in dict.fromkeys(row["stage"] for row in rows):
        mine = [row for row in rows if row["stage"] == stage]
        paces = [
            row["steps_per_second"]
            for row in mine
            if row["group"] == "training"
        ]
        best = checked.get(stage)
        loss, step = (best["loss"], best["step"]) if best else ("-", "-")
        loss = f"{loss:.5f}" if best else loss
        pace = sorted(paces)[len(paces) // 2] if paces else float("nan")
        lines.append(
            f"{stage:16}{mine[-1]['step']:>8}{loss:>22}{step:>9}{pace:>9.1f}"
        )
    return "\n".join(lines)


def best_validation(rows: Iterable[Mapping]) -> dict[str, Mapping]:
    """The row with the lowest validation loss of each stage, by its name.

    Args:
        rows: lines of `losses.jsonl`.
    """
    best: dict[str, Mapping] = {}
    for row in rows:
        if row["group"] != "validation":
            continue
        if row["loss"] < best.get(row["stage"], {"loss": float("inf")})["loss"]:
            best[row["stage"]] = row
    return best
