"""Sentences that follow the summary."""

from collections.abc import Mapping

from mipae_tf.metrics.forecast_verdict import forecast_verdict

ROWS = ("forecast", "copy_last", "oracle")


def remarks(metrics: Mapping[str, Mapping]) -> list[str]:
    """Whether the training is unfinished, and whether the forecasts are good.

    Args:
        metrics: what `metrics.json` holds.
    """
    unfinished = metrics.get("training", {}).get("unfinished")
    verdict = verdict_of_metrics(metrics)
    found = []
    if unfinished:
        found.append(
            f"The training is not finished: {unfinished}; the command that "
            "began it resumes it."
        )
    if verdict:
        found.append(verdict)
    return found


def verdict_of_metrics(metrics: Mapping[str, Mapping]) -> str | None:
    """The sentence of `forecast_verdict`; None without PSNR of forecasts.

    Args:
        metrics: what `metrics.json` holds.
    """
    forecast, copy_last, oracle = (
        metrics.get(f"prediction/psnr/{row}", {}).get("per_step")
        for row in ROWS
    )
    if forecast is None or copy_last is None:
        return None
    protocol = metrics["protocol"]
    return forecast_verdict(
        forecast,
        copy_last,
        oracle,
        clips=protocol["clips"],
        split=protocol["split"],
    )
