"""The list of all metrics that `evaluate --verbose` prints."""

from collections.abc import Mapping

from mipae_tf.evaluation.tables.training_time import training_line

# Metrics that are printed step by step, and their units.
BY_STEP = {"prediction/psnr/": "PSNR (dB)", "prediction/ssim/": "SSIM"}


def metrics_table(metrics: Mapping[str, Mapping]) -> str:
    """All metrics: PSNR and SSIM step by step, the others one per line.

    Args:
        metrics: what `metrics.json` holds.
    """
    lines = []
    for prefix, unit in BY_STEP.items():
        lines += _steps(metrics, prefix, unit)
    lines += [
        _line(key, value)
        for key, value in metrics.items()
        if key not in ("protocol", "training")
        and not key.startswith(tuple(BY_STEP))
    ]
    if "training" in metrics:
        lines.append(training_line(metrics["training"]))
    return "\n".join(lines)


def _steps(metrics: Mapping, prefix: str, unit: str) -> list[str]:
    rows = {k: v for k, v in metrics.items() if k.startswith(prefix)}
    steps = max((len(v.get("per_step", ())) for v in rows.values()), default=0)
    if not rows:
        return []
    head = "".join(f"{step:>7}" for step in range(1, steps + 1))
    lines = [f"{unit} by predicted frame", f"{'':14}{head}   mean [95 %]"]
    for key, value in rows.items():
        name = key.removeprefix(prefix)
        if "absent" in value:
            lines.append(f"{name:14}absent: {value['absent']}")
            continue
        cells = "".join(f"{x:7.2f}" for x in value["per_step"])
        line = f"{name:14}{cells}   {value['value']:.2f}"
        if "interval" in value:
            low, high = value["interval"]
            line += f" [{low:.2f}, {high:.2f}]"
        lines.append(line)
    return [*lines, ""]


def _line(key: str, value: Mapping) -> str:
    if "absent" in value:
        return f"{key:48} absent: {value['absent']}"
    text = f"{key:48} {value['value']:8.4f}"
    if "interval" in value:
        low, high = value["interval"]
        text += f"  [{low:.4f}, {high:.4f}]"
    for field in ("chance", "shuffled"):
        if field in value:
            text += f"  {field} {value[field]:.4f}"
    if "count" in value:
        text += f"  n = {value['count']}"
    return text
