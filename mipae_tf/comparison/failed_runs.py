"""Which runs count as failed, and why."""

from mipae_tf.comparison.measured_run import MeasuredRun
from mipae_tf.metrics.absent_metric import AbsentMetric

# How far above chance a probe's score may be by chance.
PROBE_MARGIN = 0.05
# Each role read from its own latent.
OWN_LATENT_READS = ("content_from_content", "pose_from_pose")
BASELINES = ("copy_last", "blank")
RULE = (
    "A run counts as failed where it was never measured (its folder has "
    "config.json and no metrics.json); where its training failed by the "
    "criterion of its model, see its page in docs/models; where the mean PSNR "
    "of its forecast does not exceed both that of copying the last frame and "
    "that of blank frames; or, where no forecast was measured, where no factor "
    "of content is read from content, or none of pose from pose, with a score "
    f"more than {PROBE_MARGIN} above the greater of chance and a probe trained "
    "on shuffled labels. A failed run that was measured stays in all means."
)


def why_failed(run: MeasuredRun) -> str | None:
    """The reason why a run counts as failed by `RULE`, None if it does not.

    Raises:
        AbsentMetric: neither forecast nor reads were measured, and the model
            has no criterion of its own, so that nothing can be said.
    """
    if run.metrics is None:
        return "never measured"
    if run.training.get("failure"):
        return run.training["failure"]
    try:
        forecast = run.value("prediction/psnr/forecast")
        baselines = {b: run.value(f"prediction/psnr/{b}") for b in BASELINES}
    except AbsentMetric:
        return _why_reads_failed(run)
    at_least = {k: v for k, v in baselines.items() if forecast <= v}
    if not at_least:
        return None
    names = " and ".join(f"{k} {v:.2f} dB" for k, v in at_least.items())
    return f"forecast {forecast:.2f} dB, no better than {names}"


def _why_reads_failed(run: MeasuredRun) -> str | None:
    """The role none of whose factors can be read from its own latent."""
    margins: dict[str, list[float]] = {}
    for key, entry in run.metrics.items():
        group, *rest = key.split("/")
        own = group == "read" and len(rest) == 2 and rest[0] in OWN_LATENT_READS
        if own and "value" in entry and "chance" in entry:
            chance = max(
                entry["chance"], entry.get("shuffled", entry["chance"])
            )
            margins.setdefault(rest[0], []).append(entry["value"] - chance)
    if not margins and "failure" in run.training:
        return None
    if not margins:
        raise AbsentMetric("Neither forecast nor reads were measured.")
    for read, above_chance in margins.items():
        if max(above_chance) <= PROBE_MARGIN:
            code, _, source = read.partition("_from_")
            return (
                f"no {code} factor is predicted from the {source} code better "
                "than by chance"
            )
    return None
