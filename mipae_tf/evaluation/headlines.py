"""The dozen numbers that a reader looks for first."""

from collections.abc import Mapping

HEAD = ("", "value", "95 % interval")
NAMES = {
    "prediction/psnr/forecast": "forecast, PSNR (dB)",
    "prediction/psnr/copy_last": "last frame repeated, PSNR (dB)",
    "prediction/psnr/blank": "black frames, PSNR (dB)",
    "prediction/psnr/oracle": "true poses decoded, PSNR (dB)",
    "prediction/ssim/forecast": "forecast, SSIM",
    "swap/psnr": "swap, PSNR (dB)",
    "position/error/forecast": "position error (steps)",
    "position/error/real": "the judge's own error (steps)",
    "mig/published/score": "MIG, published protocol",
    "mig/published/ceiling": "its ceiling at this count",
    "mig/factorwise/score": "MIG, factor by factor",
}
ABSENT = "absent"


def headlines(metrics: Mapping[str, Mapping]) -> list[tuple[str, str, str]]:
    """Rows under `HEAD` for what was measured.

    Where a metric is absent, its reason takes the place of the interval.

    Args:
        metrics: what `metrics.json` holds.
    """
    return [
        (name, *_cells(metrics[key]))
        for key, name in NAMES.items()
        if key in metrics
    ]


def _cells(row: Mapping) -> tuple[str, str]:
    if ABSENT in row:
        return ABSENT, row[ABSENT]
    low, high = row.get("interval", ("", ""))
    span = f"{low:.3f} to {high:.3f}" if "interval" in row else ""
    return f"{row['value']:.3f}", span


def title(protocol: Mapping) -> tuple[str, str]:
    """What was measured, and on what."""
    return (
        f"{protocol['model']} on {protocol['dataset']}",
        f"{protocol['clips']} {protocol['split']} clips, "
        f"{protocol['context']} frames given, {protocol['horizon']} predicted",
    )
