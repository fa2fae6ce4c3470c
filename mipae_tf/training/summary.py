"""A summary of a training run."""

from mipae_tf.runs import RunFolder


def training_summary(folder: RunFolder) -> str:
    """A table of steps, best validation loss and speed of each stage.

    Args:
        folder: the folder of the run.
    """
    rows = folder.read_losses()
    lines = [
        f"{'stage':16}{'steps':>8}{'best validation loss':>22}"
        f"{'at step':>9}{'steps/s':>9}"
    ]
    for stage in dict.fromkeys(row["stage"] for row in rows):
        mine = [row for row in rows if row["stage"] == stage]
        checked = [row for row in mine if row["group"] == "validation"]
        paces = [
            row["steps_per_second"]
            for row in mine
            if row["group"] == "training"
        ]
        best = min(checked, key=lambda row: row["loss"], default=None)
        loss, step = (best["loss"], best["step"]) if best else ("-", "-")
        loss = f"{loss:.5f}" if best else loss
        pace = sorted(paces)[len(paces) // 2] if paces else float("nan")
        lines.append(
            f"{stage:16}{mine[-1]['step']:>8}{loss:>22}{step:>9}{pace:>9.1f}"
        )
    return "\n".join(lines)
