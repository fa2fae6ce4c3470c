"""A group of metrics: what it needs, how it is measured, what it found."""

import dataclasses
from collections.abc import Callable
from collections.abc import Mapping

import numpy as np

from mipae_tf.evaluation.entries import absent_entries
from mipae_tf.evaluation.needs import Needs
from mipae_tf.evaluation.needs import require
from mipae_tf.evaluation.subject import Subject
from mipae_tf.metrics.absent_metric import AbsentMetric


@dataclasses.dataclass(frozen=True)
class Findings:
    """What one group of metrics found.

    Attributes:
        metrics: entries of `metrics.json` by key, see `metrics.result`.
        per_clip: `[clips, ...]` by the key of a metric that is a statistic
            over clips: squared errors for a PSNR, the values themselves for
            all others. `compare` pairs runs clip by clip with these.
        figures: PNG or GIF by file name.
    """

    metrics: Mapping[str, dict]
    per_clip: Mapping[str, np.ndarray] = dataclasses.field(default_factory=dict)
    figures: Mapping[str, bytes] = dataclasses.field(default_factory=dict)

    def __or__(self, other: "Findings") -> "Findings":
        return Findings(
            {**self.metrics, **other.metrics},
            {**self.per_clip, **other.per_clip},
            {**self.figures, **other.figures},
        )


@dataclasses.dataclass(frozen=True)
class MetricGroup:
    """Metrics that are measured together.

    Attributes:
        compute: measures them on a subject that meets `needs`. It may raise
            `AbsentMetric` where the data have no value for the whole group.
        about: what they tell, one sentence for reports and help.
        keys: first segments of the keys that it writes.
        needs: what must be there for any of them to have a value.
        absent_keys: keys that state the reason where none of them has.
        figures: names of the figures that it may write, and what they show.
    """

    compute: Callable[[Subject], Findings]
    about: str
    keys: tuple[str, ...]
    needs: Needs = Needs()
    absent_keys: tuple[str, ...] = ()
    figures: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def measure(self, subject: Subject) -> Findings:
        """What was found, or why nothing could be, under `absent_keys`."""
        try:
            require(subject, self.needs)
            return self.compute(subject)
        except AbsentMetric as reason:
            return Findings(absent_entries(self.absent_keys, reason))
