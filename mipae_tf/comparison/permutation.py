"""Permutation test of a difference between seeds."""

import math
from collections.abc import Sequence

import numpy as np
from scipy import stats

from mipae_tf.metrics.absent_metric import AbsentMetric

# Up to this number of ways to divide the seeds, all are tried: 8 against 8 and
# more.
MOST_DIVISIONS = 20_000


def least_p(first: int, second: int) -> float:
    """The smallest two-sided p that a permutation over seeds can reach.

    Of the C(n + m, n) ways to divide n + m seeds, at best the observed one is
    the most extreme on one side: 2 / C(n + m, n).
    """
    return min(1.0, 2 / math.comb(first + second, first))


def seeds_needed(alpha: float = 0.05) -> int:
    """Seeds that each of two rows needs for p to fall below alpha."""
    seeds = 1
    while least_p(seeds, seeds) >= alpha:
        seeds += 1
    return seeds


def permutation_p(
    first: Sequence[float], second: Sequence[float], seed: int
) -> float:
    """Two-sided p of the difference of means, by permutation over seeds.

    Exact up to 20,000 divisions of the seeds, else from 20,000 random ones.

    Args:
      first: a metric of each run.
      second: the same of the runs to compare with.
      seed: of random divisions.

    Raises:
      AbsentMetric: a single seed on either side, which has no spread.
    """
    if min(len(first), len(second)) < 2:
        raise AbsentMetric(
            f"{len(first)} against {len(second)} seeds give no p; at least 2 "
            "against 2 are needed."
        )
    result = stats.permutation_test(
        (np.asarray(first), np.asarray(second)),
        lambda x, y, axis: x.mean(axis=axis) - y.mean(axis=axis),
        vectorized=True,
        n_resamples=MOST_DIVISIONS,
        batch=2_000,
        rng=np.random.default_rng(seed),
    )
    return float(result.pvalue)
