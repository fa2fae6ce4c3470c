import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.objectives.pairs import derangement
from mipae_tf.objectives.pairs import permutation

DRAWS = 300


def draws(function, count):
    seeds = tf.stack([tf.range(DRAWS), tf.ones(DRAWS, tf.int32)], axis=1)
    draw_all = tf.function(
        lambda: tf.map_fn(lambda seed: function(count, seed), seeds)
    )
    return draw_all().numpy()  # [draws, count]


@pytest.mark.parametrize("function", [derangement, permutation])
@pytest.mark.parametrize("count", [2, 3, 7])
def test_every_draw_is_a_permutation(function, count):
    drawn = np.sort(draws(function, count), axis=1)
    np.testing.assert_array_equal(drawn, np.tile(np.arange(count), (DRAWS, 1)))


@pytest.mark.parametrize("count", [2, 3, 7])
def test_a_derangement_has_no_fixed_point(count):
    drawn = draws(derangement, count)
    assert (drawn != np.arange(count)).all()
    # Every other partner comes up.
    assert len(np.unique(drawn[:, 0])) == count - 1


def test_a_permutation_has_one_fixed_point_on_average():
    fixed = (draws(permutation, 20) == np.arange(20)).sum(axis=1)
    # The variance of the number of fixed points is 1 as well.
    assert fixed.mean() == pytest.approx(1.0, abs=4.0 / np.sqrt(DRAWS))
    assert fixed.var() == pytest.approx(1.0, abs=0.5)


@pytest.mark.parametrize("function", [derangement, permutation])
def test_a_draw_is_a_function_of_its_key(function):
    keys = tf.constant([[1, 2], [1, 2], [1, 3], [2, 2]])
    same, again, *others = [function(50, key).numpy() for key in keys]
    np.testing.assert_array_equal(same, again)
    assert all((same != other).any() for other in others)
