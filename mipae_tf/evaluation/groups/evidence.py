"""How probable a model finds held-out clips."""

from mipae_tf.evaluation.absence import lacks
from mipae_tf.evaluation.absence import or_absent
from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.result import absent

# Which values of each are better; the terms of a bound trade with each other.
BOUND = {
    "per_frame": "higher",
    "likelihood": "none",
    "kl": "none",
    "per_clip": "higher",
}
EXACT = {"per_frame": "higher", "per_clip": "higher"}


def measure(subject: Subject) -> Findings:
    """`elbo/per_frame` and its terms, and `elbo/per_clip`, in nats.

    The evidence lower bound with one sample of the latents of each clip, over
    whole clips; `likelihood` and `kl` are per frame too. Of a model with an
    exact likelihood these are `log_likelihood/per_frame` and `.../per_clip`.
    Likelihoods are densities of pixels in [0, 1]: only models with the same
    observation variance, on frames of the same size, can be compared.
    """
    reason = lacks(subject, "evidence")
    if reason:
        return Findings({f"elbo/{name}": absent(reason) for name in BOUND})
    evidence = subject.evidence()
    values = {
        "per_frame": evidence.nats,
        "likelihood": evidence.likelihood,
        "kl": evidence.kl,
        "per_clip": evidence.nats.sum(axis=1, keepdims=True),
    }
    exact = evidence.kind == "exact"
    group, names = ("log_likelihood", EXACT) if exact else ("elbo", BOUND)
    metrics = {}
    for name, better in names.items():
        key = f"{group}/{name}"
        metrics[key] = or_absent(
            mean_entry,
            key,
            values[name],
            subject.seed,
            by_step=False,
            better=better,
        )
    if "absent" in metrics[f"{group}/per_frame"]:
        return Findings(metrics)
    return Findings(metrics, {f"{group}/per_frame": evidence.nats})
