import itertools

import numpy as np
import pytest

from mipae_tf.comparison.permutation import least_p
from mipae_tf.comparison.permutation import permutation_p
from mipae_tf.comparison.permutation import seeds_needed
from mipae_tf.metrics.absent_metric import AbsentMetric


def test_least_p_is_that_of_the_most_extreme_division():
    assert least_p(1, 1) == 1
    assert least_p(3, 3) == pytest.approx(2 / 20)
    assert least_p(4, 4) == pytest.approx(2 / 70)
    assert least_p(2, 5) == least_p(5, 2) == pytest.approx(2 / 21)
    for n, m in ((3, 3), (4, 4), (2, 5)):
        p = permutation_p(np.arange(n), 100 + np.arange(m), 0)
        assert p == pytest.approx(least_p(n, m))


def test_four_against_four_are_needed():
    assert seeds_needed() == 4
    assert seeds_needed(0.01) == 5


def test_p_counts_divisions():
    first, second = [1.0, 2.0, 4.0, 9.0], [0.5, 1.5, 3.0]
    observed = np.mean(first) - np.mean(second)
    values = np.array(first + second)
    differences = []
    for chosen in itertools.combinations(range(7), 4):
        inside = np.isin(range(7), chosen)
        differences.append(values[inside].mean() - values[~inside].mean())
    share = np.mean(np.array(differences) >= observed - 1e-9)
    expected = min(1, 2 * min(share, 1))
    assert permutation_p(first, second, 0) == pytest.approx(expected)


def test_equal_values_are_no_evidence():
    assert permutation_p([1.0] * 4, [1.0] * 4, 0) == 1


def test_single_seeds_give_no_p():
    with pytest.raises(AbsentMetric, match="1 against 2 seeds give no p"):
        permutation_p([1.0], [2.0, 3.0], 0)
