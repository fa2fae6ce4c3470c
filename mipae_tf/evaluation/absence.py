"""Metrics that have no value say why."""

from collections.abc import Callable

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.result import absent


def or_absent(measure: Callable[..., dict], *args, **kwargs) -> dict:
    """What `measure` returns, or the reason why it has no value."""
    try:
        return measure(*args, **kwargs)
    except AbsentMetric as reason:
        return absent(str(reason))
