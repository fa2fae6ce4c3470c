"""How probable a model finds held-out clips."""

from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.metric_group import Findings
from mipae_tf.evaluation.metric_group import MetricGroup
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.subject import Subject

# Which values of each are better; the terms of a bound trade with each other.
BOUND_TERMS = {
    "per_frame": "higher",
    "likelihood": "none",
    "kl": "none",
    "per_clip": "higher",
}
EXACT_TERMS = {"per_frame": "higher", "per_clip": "higher"}


def compute(subject: Subject) -> Findings:
    """`elbo/per_frame` and its terms, and `elbo/per_clip`, in nats.

    The evidence lower bound of whole clips, with one sample of the latents of
    each clip; `likelihood` and `kl` are per frame too. A model with an exact
    likelihood has `log_likelihood/per_frame` and `.../per_clip` instead.
    Likelihoods are densities of pixels in [0, 1]: only models with the same
    observation variance, on frames of the same size, can be compared.
    """
    evidence = subject.evidence()
    values = {
        "per_frame": evidence.nats,
        "likelihood": evidence.likelihood,
        "kl": evidence.kl,
        "per_clip": evidence.nats.sum(axis=1, keepdims=True),
    }  # [clips, time], per_clip [clips, 1]
    exact = evidence.kind == "exact"
    group, terms = (
        ("log_likelihood", EXACT_TERMS) if exact else ("elbo", BOUND_TERMS)
    )
    metrics = {}
    for name, better in terms.items():
        key = f"{group}/{name}"
        metrics[key] = mean_entry(
            key, values[name], subject, by_step=False, better=better
        )
    return Findings(metrics, {f"{group}/per_frame": evidence.nats})


GROUP = MetricGroup(
    compute,
    "How probable the model finds held-out clips: the evidence lower bound or "
    "the log-likelihood in nats, of models that have one.",
    keys=("elbo", "log_likelihood"),
    needs=Needs(offers=("evidence",)),
    absent_keys=tuple(f"elbo/{name}" for name in BOUND_TERMS),
)
