"""Metrics that have no value say why."""

from collections.abc import Callable

from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent
from mipae_tf.models.base import CAPABILITIES
from mipae_tf.models.context import FROM_FRAMES


def or_absent(measure: Callable[..., dict], *args, **kwargs) -> dict:
    """What `measure` returns, or the reason why it has no value."""
    try:
        return measure(*args, **kwargs)
    except AbsentMetric as reason:
        return absent(str(reason))


def lacks(subject: Subject, *needs: str) -> str | None:
    """Why a metric with these needs has no value; None where it has one.

    Args:
        subject: what is evaluated.
        needs: what its model must offer, keys of `CAPABILITIES`, and roles
            of which it must have a latent.
    """
    model = subject.model
    for need in needs:
        if need in CAPABILITIES and not model.offers(need):
            return f"{model.title} offers no {need}."
        if need not in CAPABILITIES and not model.latents_of(need):
            return f"{model.title} has no {need} latent."
        unknown = set(model.TAKES) - set(FROM_FRAMES)
        if need == "forecast" and unknown:
            return (
                f"{model.title} takes {' and '.join(sorted(unknown))}, which "
                f"{subject.clips.name} do not hold."
            )
    return None
