"""Which runs came to nothing."""

from mipae_tf.comparison.measured_run import MeasuredRun
from mipae_tf.metrics.absent_metric import AbsentMetric

# How far above chance a probe's score may be by luck.
LUCK = 0.05
# What a latent should know, from itself alone.
OWN = ("content_from_content", "pose_from_pose")
BASELINES = ("copy_last", "blank")
RULE = (
    "A run counts as failed where it was never measured (its folder has "
    "config.json and no metrics.json); where the mean PSNR of its forecast "
    "does not exceed both that of copying the last frame and that of blank "
    "frames; or, where no forecast was measured, where no factor of content "
    "is read from content, or none of pose from pose, with a score more than "
    f"{LUCK} above the greater of chance and a probe trained on shuffled "
    "labels. A failed run that was measured stays in all means."
)


def why_failed(run: MeasuredRun) -> str | None:
    """The reason why a run counts as failed by `RULE`, None where it does not.

    It has failed if it was never measured; if its forecast's mean PSNR does
    not exceed both `copy_last` and `blank`; or, without a forecast, if all
    its reads of content from content, or all of pose from pose, are at most
    `LUCK` above the greater of `chance` and `shuffled`.

    Raises:
        AbsentMetric: neither forecast nor reads were measured, so that it
            cannot be judged.
    """
    if run.metrics is None:
        return "never measured"
    try:
        forecast = run.value("prediction/psnr/forecast")
        floor = {b: run.value(f"prediction/psnr/{b}") for b in BASELINES}
    except AbsentMetric:
        return _unread(run)
    above = [name for name, value in floor.items() if forecast <= value]
    if not above:
        return None
    said = " and ".join(f"{name} {floor[name]:.2f} dB" for name in above)
    return f"forecast {forecast:.2f} dB, no better than {said}"


def _unread(run: MeasuredRun) -> str | None:
    """The role that none of its own factors can be read from."""
    margins: dict[str, list[float]] = {}
    for key, entry in run.metrics.items():
        parts = key.split("/")
        own = parts[0] == "read" and len(parts) == 3 and parts[1] in OWN
        if own and "value" in entry and "chance" in entry:
            floor = max(entry["chance"], entry.get("shuffled", entry["chance"]))
            margins.setdefault(parts[1], []).append(entry["value"] - floor)
    if not margins:
        raise AbsentMetric("Neither forecast nor reads were measured.")
    for reading, above in margins.items():
        if max(above) <= LUCK:
            return f"{reading.replace('_', ' ')} is read at chance"
    return None
