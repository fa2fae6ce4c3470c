"""What small predictors read of each factor from each latent."""

import numpy as np

from mipae_tf.cli.screen import progress
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.probing import FRAMES
from mipae_tf.evaluation.probing import probe_entry
from mipae_tf.evaluation.probing import probed_times
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.probes.ratios import accuracy_ratios
from mipae_tf.metrics.probes.ratios import error_ratios
from mipae_tf.metrics.result import absent
from mipae_tf.metrics.result import entry

ROLES = ("content", "pose")
# Standard errors that a latent must be above chance by for a ratio to it.
SURE = 2.0


def measure(subject: Subject) -> Findings:
    """Every factor predicted from content, from pose, and from all latents.

    `leak/content_from_pose/FACTOR` and `leak/pose_from_content/FACTOR` are
    what should not be there; `read/content_from_content/FACTOR`,
    `read/pose_from_pose/FACTOR` and `read/…_from_all/FACTOR` what should. The
    score is the accuracy for content factors, R² for pose factors, of an MLP,
    and under `…_linear` of a linear probe, on clips that the probe has not
    seen; `chance` is the score of the most frequent class, `shuffled` that of
    a probe trained on shuffled labels. Of a model with stochastic latents
    these are probes of the means; `…_sampled` are those of samples.

    `ratio/SOURCE_over_all/FACTOR` are Fushishita's ratios: of accuracies for
    classes, where more is known the higher they are, beside the `floor` of a
    latent that knows nothing; of mean squared errors for numbers, where more is
    known the lower they are, beside the `ceiling`. Content factors that are
    integers are classes, all others numbers.
    """
    if not any(_factors(subject).values()):
        reason = f"{subject.clips.name} knows no factors."
        return Findings({"leak": absent(reason)})
    codes = _codes(subject, None)
    metrics = _probes(subject, "", codes)
    metrics |= _probes(subject, "_linear", codes, kind="linear")
    if subject.model.stochastic:
        codes = _codes(subject, subject.seed)
        metrics |= _probes(subject, "_sampled", codes)
    return Findings(metrics | _ratios(subject, metrics))


def _probes(
    subject: Subject,
    suffix: str,
    codes: dict[str, np.ndarray],
    kind: str = "mlp",
) -> dict[str, dict]:
    found = {}
    factors = _factors(subject)
    pairs = [
        (role, factor, source)
        for role in ROLES
        for factor in factors[role]
        for source in (*ROLES, "all")
    ]
    for role, factor, source in progress(pairs, f"{kind} probes", "probe"):
        group = "read" if source in (role, "all") else "leak"
        key = f"{group}/{role}_from_{source}{suffix}/{factor}"
        if source not in codes:
            reason = f"{subject.model_name} has no {source} latent."
            found[key] = absent(reason)
            continue
        target = factors[role][factor]
        found[key] = or_absent(
            probe_entry,
            key,
            codes[source],
            target,
            _is_class(role, target),
            subject.seed,
            kind,
        )
    return found


def _factors(subject: Subject) -> dict[str, dict[str, np.ndarray]]:
    """Factors `[clips·frames]` by role and name, clip after clip."""
    clips, times = subject.clips, probed_times(subject.clips)
    return {
        "content": {
            name: np.repeat(values, len(times))
            for name, values in clips.content.items()
        },
        "pose": {
            name: values[:, times].reshape(-1)
            for name, values in clips.pose.items()
        },
    }


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
        name = subject.latent_of(role)
        if name is not None:
            codes[role] = latents[name]
    return codes


def _is_class(role: str, target: np.ndarray) -> bool:
    return role == "content" and target.dtype.kind in "iub"


def _ratios(subject: Subject, probes: dict[str, dict]) -> dict[str, dict]:
    found = {}
    for role, factors in _factors(subject).items():
        for factor, values in factors.items():
            rows = {
                source: probes[
                    f"{'read' if source in (role, 'all') else 'leak'}/"
                    f"{role}_from_{source}/{factor}"
                ]
                for source in (*ROLES, "all")
            }
            for source in ROLES:
                key = f"ratio/{source}_over_all/{factor}"
                is_class = _is_class(role, values)
                found[key] = or_absent(_ratio, key, rows, is_class, source)
    return found


def _ratio(key, rows: dict[str, dict], is_class: bool, source: str) -> dict:
    for row in rows.values():
        if "absent" in row:
            return row
    score = {name: row["value"] for name, row in rows.items()}
    full = rows["all"]
    if is_class:
        # Frames of one clip are no independent trials.
        chance, clips = full["chance"], full["count"] / FRAMES
        margin = SURE * np.sqrt(chance * (1 - chance) / clips)
        ratios = accuracy_ratios(
            score["all"], score["content"], score["pose"], chance, margin
        )
    else:
        errors = {name: 1 - value for name, value in score.items()}
        ratios = error_ratios(
            errors["all"], errors["content"], errors["pose"], 1.0
        )
    limit = "floor" if is_class else "ceiling"
    row = entry(key, ratios[source], count=full["count"])
    return {**row, limit: float(ratios[limit])}
