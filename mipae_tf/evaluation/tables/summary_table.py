"""The summary that `evaluate` prints and that the report begins with."""

import textwrap
from collections.abc import Mapping

from mipae_tf.visual.html_page import Table

SCREEN_WIDTH = 79
HEAD = ("", "value", "95 % interval")
# The metrics of the summary, and what it calls them.
NAMES = {
    "prediction/psnr/forecast": "forecast, PSNR (dB)",
    "prediction/psnr/copy_last": "last frame repeated, PSNR (dB)",
    "prediction/psnr/oracle": "true poses decoded, PSNR (dB)",
    "prediction/ssim/forecast": "forecast, SSIM",
    "swap/psnr": "swap, PSNR (dB)",
    "position/error/forecast": "position error (pixels)",
    "position/error/real": "the same of real frames",
    "mig/published/score": "MIG, published protocol",
    "mig/published/ceiling": "highest possible",
    "mig/factorwise/score": "MIG, factor by factor",
}


def title(protocol: Mapping) -> tuple[str, str]:
    """What was measured, and on what data."""
    return (
        f"{protocol['model']} on {protocol['dataset']}",
        f"{protocol['clips']} {protocol['split']} clips, "
        f"{protocol['context']} frames given, {protocol['horizon']} predicted",
    )


def summary_rows(metrics: Mapping[str, Mapping]) -> Table:
    """The metrics of `NAMES` that were measured, with their intervals.

    Where a metric or its interval is absent, the reason takes the place of the
    interval.

    Args:
        metrics: what `metrics.json` holds.
    """
    rows = [
        (name, *_cells(metrics[key]))
        for key, name in NAMES.items()
        if key in metrics
    ]
    return Table(HEAD, rows)


def summary_table(metrics: Mapping[str, Mapping]) -> str:
    """The summary as text, at most 12 lines that fit on a screen.

    A reason that does not fit on its line is cut; the report has all of it.

    Args:
        metrics: what `metrics.json` holds.
    """
    table = summary_rows(metrics)
    lines = [": ".join(title(metrics["protocol"]))]
    rows = [table.head, *table.rows] if table.rows else []
    widths = [max(map(len, column)) for column in zip(*rows)]
    for name, value, last in rows:
        left = f"{name:{widths[0]}}  {value:>{widths[1]}}  "
        room = SCREEN_WIDTH - len(left)
        last = textwrap.shorten(last, room, placeholder=" …")
        lines.append(f"{left}{last}".rstrip())
    return "\n".join(lines)


def _cells(row: Mapping) -> tuple[str, str]:
    if "absent" in row:
        return "absent", row["absent"]
    bounds = row.get("no_interval", "")
    if "interval" in row:
        low, high = row["interval"]
        bounds = f"{low:.3f} to {high:.3f}"
    return f"{row['value']:.3f}", bounds
