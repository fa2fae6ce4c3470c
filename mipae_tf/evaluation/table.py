"""Metrics for the terminal: a dozen of them, or all."""

import textwrap
from collections.abc import Mapping

from mipae_tf.evaluation.headlines import ABSENT
from mipae_tf.evaluation.headlines import HEAD
from mipae_tf.evaluation.headlines import headlines
from mipae_tf.evaluation.headlines import title
from mipae_tf.evaluation.training_tables import training_line

COLUMNS = 79
STEPPED = {"prediction/psnr/": "PSNR (dB)", "prediction/ssim/": "SSIM"}


def summary_table(metrics: Mapping[str, Mapping]) -> str:
    """The numbers of the report's summary, thirteen lines at most.

    A reason that does not fit on its line is cut; the report has all of it.
    """
    rows = headlines(metrics)
    lines = [": ".join(title(metrics["protocol"]))]
    rows = [HEAD, *rows] if rows else []
    wide = [max(map(len, column)) for column in zip(*rows)]
    for name, value, span in rows:
        left = f"{name:{wide[0]}}  {value:>{wide[1]}}  "
        if value == ABSENT:
            span = textwrap.shorten(span, COLUMNS - len(left), placeholder=" …")
        lines.append(f"{left}{span}".rstrip())
    return "\n".join(lines)


def metrics_table(metrics: Mapping[str, Mapping]) -> str:
    """All metrics, PSNR and SSIM step by step, the others a line each."""
    lines = []
    for prefix, unit in STEPPED.items():
        lines += _steps(metrics, prefix, unit)
    rest = [
        _line(key, value)
        for key, value in metrics.items()
        if key not in ("protocol", "training")
        and not key.startswith(tuple(STEPPED))
    ]
    if "training" in metrics:
        rest.append(training_line(metrics["training"]))
    return "\n".join([*lines, *rest])


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
        low, high = value["interval"]
        lines.append(
            f"{name:14}{cells}   {value['value']:.2f} [{low:.2f}, {high:.2f}]"
        )
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
