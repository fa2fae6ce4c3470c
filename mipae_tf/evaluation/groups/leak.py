"""How well probes predict each factor from each latent."""

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.data import Clips
from mipae_tf.data import Factor
from mipae_tf.data.sources import probe_units
from mipae_tf.evaluation.entries import entry_or_reason
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import require
from mipae_tf.evaluation.probing import FRAMES
from mipae_tf.evaluation.probing import is_class
from mipae_tf.evaluation.probing import probe_entry
from mipae_tf.evaluation.probing import probed_times
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.probes.ratios import accuracy_ratios
from mipae_tf.metrics.probes.ratios import error_ratios
from mipae_tf.metrics.result import entry

ROLES = ("content", "pose")
# A ratio to the whole code is given only where the score of the whole code is
# above chance by this many standard errors.
MARGIN_IN_STANDARD_ERRORS = 2.0


def compute(subject: Subject) -> Findings:
    """Every factor predicted from content, from pose, and from all latents.

    `leak/content_from_pose/FACTOR` and `leak/pose_from_content/FACTOR` are
    what should not be there; `read/content_from_content/FACTOR`,
    `read/pose_from_pose/FACTOR` and `read/…_from_all/FACTOR` what should. The
    score is the accuracy for classes (see `is_class`) and R² for numbers, of
    an MLP, and under `…_linear` of a linear probe, on clips that the probe was
    not trained on. `chance` is the score of the most frequent class,
    `shuffled` that of a probe trained on shuffled labels. For a model with
    stochastic latents these are probes of the means, and `…_sampled` probes of
    samples.

    `ratio/SOURCE_over_all/FACTOR` are Fushishita's ratios: of accuracies for
    classes, which rise with the information in the latent, with the `floor` of
    a latent without information; of mean squared errors for numbers, which
    fall, with the `ceiling`.
    """
    codes = _codes(subject, None)
    metrics = _probes(subject, "", codes)
    metrics |= _probes(subject, "_linear", codes, kind="linear")
    if subject.model.stochastic:
        codes = _codes(subject, subject.seed)
        metrics |= _probes(subject, "_sampled", codes)
    return Findings(metrics | _ratios(subject, metrics))


GROUP = MetricGroup(
    compute,
    "What probes read of each factor from each latent: what should be there "
    "(read), what should not (leak), and both relative to the whole code "
    "(ratio).",
    keys=("leak", "read", "ratio"),
    needs=Needs(offers=("encode",), factors="any"),
    absent_keys=("leak",),
)


def _probes(
    subject: Subject,
    suffix: str,
    codes: dict[str, np.ndarray],
    kind: str = "mlp",
) -> dict[str, dict]:
    found = {}
    pairs = [
        (factor, source)
        for factor in subject.clips.factors_of()
        for source in (*ROLES, "all")
    ]
    for factor, source in progress(pairs, f"{kind} probes", "probe"):
        key = _key(factor, source, suffix)
        found[key] = entry_or_reason(
            _probe, subject, key, factor, source, codes, kind
        )
    return found


def _probe(
    subject: Subject,
    key: str,
    factor: Factor,
    source: str,
    codes: dict[str, np.ndarray],
    kind: str,
) -> dict:
    if source != "all":
        require(subject, Needs(roles=(source,)))
    return probe_entry(
        key,
        codes[source],
        _target(subject.clips, factor),
        is_class(factor),
        subject.seed,
        kind,
        better="higher" if source in (factor.group, "all") else "lower",
        sources=probe_units(subject.clips, factor),
    )


def _target(clips: Clips, factor: Factor) -> np.ndarray:
    """Values in the probed frames, clip after clip, `[clips·frames]`."""
    values, times = clips.values[factor.name], probed_times(clips)
    if factor.per_frame:
        return values[:, times].reshape(-1)
    return np.repeat(values, len(times))


def _key(factor: Factor, source: str, suffix: str = "") -> str:
    role = factor.group
    group = "read" if source in (role, "all") else "leak"
    return f"{group}/{role}_from_{source}{suffix}/{factor.name}"


def _codes(subject: Subject, seed: int | None) -> dict[str, np.ndarray]:
    """Codes `[clips·frames, dim]` by role, and all latents side by side."""
    times = probed_times(subject.clips)
    latents = {
        name: code.reshape(-1, code.shape[-1])
        for name, code in subject.encode_frames(
            subject.clips.video, seed, times
        ).items()
    }  # [clips·frames, dim]
    codes = {"all": np.concatenate(list(latents.values()), axis=1)}
    for role in ROLES:
        own = [latents[each.name] for each in subject.model.latents_of(role)]
        if own:
            codes[role] = np.concatenate(own, axis=1)
    return codes


def _ratios(subject: Subject, probes: dict[str, dict]) -> dict[str, dict]:
    found = {}
    for factor in subject.clips.factors_of():
        rows = {
            source: probes[_key(factor, source)] for source in (*ROLES, "all")
        }
        for source in ROLES:
            key = f"ratio/{source}_over_all/{factor.name}"
            found[key] = entry_or_reason(_ratio, key, rows, factor, source)
    return found


def _ratio(
    key: str, rows: dict[str, dict], factor: Factor, source: str
) -> dict:
    for row in rows.values():
        if "absent" in row:
            return row
    score = {name: row["value"] for name, row in rows.items()}
    full, classes = rows["all"], is_class(factor)
    if classes:
        # Frames of one clip, and clips of one source, are not independent.
        trials = full.get("sources", full["count"] / FRAMES)
        chance = full["chance"]
        margin = MARGIN_IN_STANDARD_ERRORS * np.sqrt(
            chance * (1 - chance) / trials
        )
        ratios = accuracy_ratios(
            score["all"], score["content"], score["pose"], chance, margin
        )
    else:
        errors = {name: 1 - value for name, value in score.items()}
        ratios = error_ratios(
            errors["all"], errors["content"], errors["pose"], 1.0
        )
    limit = "floor" if classes else "ceiling"
    # Ratios of accuracies rise with the information, ratios of errors fall.
    own_latent = source == factor.group
    better = "higher" if own_latent == classes else "lower"
    row = entry(key, ratios[source], count=full["count"], better=better)
    return {**row, limit: float(ratios[limit])}
