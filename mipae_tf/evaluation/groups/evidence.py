"""How probable a model finds held-out clips, at least."""

from mipae_tf.evaluation.entries import mean_entry
from mipae_tf.evaluation.findings import Findings
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent

NAMES = ("per_frame", "likelihood", "kl", "per_clip")


def measure(subject: Subject) -> Findings:
    """`elbo/per_frame` and its terms, and `elbo/per_clip`, in nats.

    The evidence lower bound with one sample of the latents of each clip, over
    whole clips; `likelihood` and `kl` are per frame too. Likelihoods are
    densities of pixels in [0, 1]: only models with the same observation
    variance, on frames of the same size, can be compared.
    """
    keys = {name: f"elbo/{name}" for name in NAMES}
    terms = subject.evidence()
    if terms is None:
        reason = f"{subject.model_name} bounds no evidence."
        return Findings({key: absent(reason) for key in keys.values()})
    bound = terms["likelihood"] - terms["kl"]  # [clips, time]
    values = {
        "per_frame": bound,
        "likelihood": terms["likelihood"],
        "kl": terms["kl"],
        "per_clip": bound.sum(axis=1, keepdims=True),
    }
    try:
        return Findings(
            {
                key: mean_entry(key, values[name], subject.seed, False)
                for name, key in keys.items()
            },
            {keys["per_frame"]: bound},
        )
    except AbsentMetric as reason:
        return Findings({key: absent(str(reason)) for key in keys.values()})
