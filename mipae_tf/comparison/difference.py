"""The difference between two rows, with its interval and its p-value."""

import dataclasses

import numpy as np

from mipae_tf.comparison.crossed_bootstrap import crossed_bootstrap
from mipae_tf.comparison.crossed_bootstrap import pooled_metric
from mipae_tf.comparison.measured_run import MeasuredRun
from mipae_tf.comparison.permutation import least_p
from mipae_tf.comparison.permutation import permutation_p
from mipae_tf.comparison.rows import Row
from mipae_tf.metrics.absent_metric import AbsentMetric

# Per-clip values are float32; a larger deviation means another evaluation.
TOLERANCE = 1e-3


@dataclasses.dataclass(frozen=True)
class Difference:
    """A row's mean metric minus that of another row on the same clips.

    Attributes:
        key: of the metric.
        row: label of the row.
        against: label of the other.
        seeds: of each of them.
        value: the difference of the means over seeds.
        interval: 95 % interval of the crossed bootstrap, or None.
        narrower: its 90 % interval, which decides on equivalence, or None.
        no_interval: why there is no interval; empty where there is one.
        p: by permutation over seeds, or None.
        no_p: why there is no p; empty where there is one.
        least_p: the smallest p that this number of seeds can reach.
    """

    key: str
    row: str
    against: str
    seeds: tuple[int, int]
    value: float
    interval: tuple[float, float] | None
    narrower: tuple[float, float] | None
    no_interval: str
    p: float | None
    no_p: str
    least_p: float

    def equivalent(self, margin: float) -> bool:
        """Whether two one-sided tests at 5 % place it within ±margin.

        That is so where the 90 % interval lies within (D. J. Schuirmann,
        Journal of Pharmacokinetics and Biopharmaceutics 15, 1987).

        Raises:
            AbsentMetric: no interval, or one seed in a row: clips alone say
                nothing on other seeds.
        """
        if self.narrower is None:
            raise AbsentMetric(self.no_interval)
        if min(self.seeds) < 2:
            raise AbsentMetric(
                "Equivalence needs at least 2 seeds in both rows, got "
                f"{self.seeds[0]} and {self.seeds[1]}."
            )
        low, high = self.narrower
        return -margin < low and high < margin


def paired_difference(
    key: str, row: Row, against: Row, draws: int, seed: int
) -> Difference:
    """Compares two comparable rows.

    Args:
        key: of the metric.
        row: the row.
        against: the row to subtract.
        draws: of the bootstrap.
        seed: of the bootstrap and of permutations.

    Raises:
        AbsentMetric: where one of the rows has no value.
    """
    values = row.values(key), against.values(key)
    for side, found in zip((row, against), values, strict=True):
        if not found.size:
            raise AbsentMetric(" ".join(side.reasons(key)))
    seeds = len(values[0]), len(values[1])
    interval, narrower, why = None, None, ""
    try:
        clips = [
            [_per_clip(run, key) for run in side.having(key)]
            for side in (row, against)
        ]
        pooled = row.having(key)[0].is_pooled(key)
        sources = row.having(key)[0].sources(len(clips[0][0]))
        drawn = crossed_bootstrap(*clips, pooled, draws, seed, sources)
        interval, narrower = _quantiles(drawn, 0.025), _quantiles(drawn, 0.05)
    except AbsentMetric as reason:
        why = str(reason)
    p, no_p = None, ""
    try:
        p = permutation_p(*values, seed)
    except AbsentMetric as reason:
        no_p = str(reason)
    return Difference(
        key,
        row.label,
        against.label,
        seeds,
        float(values[0].mean() - values[1].mean()),
        interval,
        narrower,
        why,
        p,
        no_p,
        least_p(*seeds),
    )


def _per_clip(run: MeasuredRun, key: str) -> np.ndarray:
    """The values that the metric is pooled from, checked against it."""
    values = run.per_clip(key)
    found = pooled_metric(values.mean(axis=0), run.is_pooled(key))
    if abs(found - run.value(key)) > TOLERANCE * max(1, abs(run.value(key))):
        raise AbsentMetric(
            f"per_clip.npz of a run gives {found:.4g}, metrics.json "
            f"{run.value(key):.4g}: one of them is of another evaluation."
        )
    return values


def _quantiles(drawn: np.ndarray, tail: float) -> tuple[float, float]:
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return float(low), float(high)
