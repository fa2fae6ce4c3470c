"""The evidence lower bound of a system where it is known in closed form."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from models.linear_gaussian import LinearPosterior
from models.linear_gaussian import LinearStateSpace
from models.linear_gaussian import System
from scipy.stats import multivariate_normal

from mipae_tf.models.independent_prediction.config import (
    IndependentPredictionConfig,
)
from mipae_tf.models.independent_prediction.filter_posterior import (
    FilterPosterior,
)
from mipae_tf.models.independent_prediction.stage import ElboStage
from mipae_tf.models.independent_prediction.stage import elbo_terms

SYSTEM = System()
# The exact posterior of each frame by itself: p(z_t | z_{t-1}, x_t).
GREEDY = np.array(
    [
        [0.0, 0.95 * 0.25 / 0.35],
        [1.0 / 1.25, 0.1 / 0.35],
        np.log([0.25 / 1.25, 0.1 * 0.25 / 0.35]) / 2,
    ]
)


def as_frames(observed):
    """Series as clips of one pixel, `[clips, time, 1, 1, 1]`."""
    return tf.constant(observed[..., None, None, None])


def measured(network, observed):
    """Lower bound of each series in nats, with one sample of the states."""
    terms = elbo_terms(
        network,
        as_frames(observed),
        tf.constant([0, 0]),
        SYSTEM.observation,
        training=False,
    )
    return np.sum(terms["likelihood"] - terms["kl"], axis=1)


def test_the_kalman_filter_matches_the_joint_gaussian():
    observed = SYSTEM.draw(50, seed=0)
    zeros = np.zeros(SYSTEM.time)
    by_matrix = multivariate_normal(zeros, SYSTEM.covariance())
    np.testing.assert_allclose(
        SYSTEM.log_likelihood(observed), by_matrix.logpdf(observed), rtol=1e-5
    )


def test_the_gap_of_the_best_filter():
    """A filter does not use later frames, which costs 0.1 to 0.2 nats/step."""
    _, log_det = np.linalg.slogdet(2 * np.pi * np.e * SYSTEM.covariance())
    gap = -0.5 * log_det - SYSTEM.bound(*SYSTEM.best_filter())
    assert 0.1 < gap / SYSTEM.time < 0.2


def test_one_step_has_no_gap():
    """Without later frames, the best filter is the exact posterior."""
    system = System(time=1)
    exact = -0.5 * np.log(2 * np.pi * np.e * 1.25)
    assert system.bound(*system.best_filter()) == pytest.approx(exact)
    _, beta, log_scale = system.best_filter()
    assert beta[0] == pytest.approx(1 / 1.25, abs=1e-4)
    assert log_scale[0] == pytest.approx(np.log(0.2) / 2, abs=1e-4)


@pytest.mark.parametrize("which", ["best", "greedy"])
def test_the_bound_of_a_given_filter(which):
    """The estimate from samples matches the closed form."""
    numbers = SYSTEM.best_filter() if which == "best" else GREEDY
    network = LinearStateSpace(SYSTEM, LinearPosterior(SYSTEM, numbers))
    observed = SYSTEM.draw(20_000, seed=1)
    found = measured(network, observed)
    expected = SYSTEM.bound(*numbers)
    error = found.std() / len(found) ** 0.5
    assert error < 0.005 * abs(expected)
    assert abs(found.mean() - expected) < 4.0 * error
    assert found.mean() < SYSTEM.log_likelihood(observed).mean()


def trained(posterior, steps, learning_rate):
    """A network whose posterior was trained on series of the system."""
    clips = 256
    network = LinearStateSpace(SYSTEM, posterior)
    config = IndependentPredictionConfig(
        context=2,
        train_horizon=SYSTEM.time - 2,
        batch_size=clips,
        training_steps=steps,
        observation_variance=SYSTEM.observation,
        learning_rate=learning_rate,
    )
    train_step = tf.function(ElboStage(network, config, seed=0).train_step)
    series = SYSTEM.draw(steps * clips, seed=2)
    for batch in np.split(series, steps):
        train_step(as_frames(batch))
    return network


def test_training_reaches_the_best_bound():
    """It is within 1 % of the best filter, and below the likelihood."""
    stays = [[0.0, SYSTEM.decay], [0.0, 0.0], [0.0, 0.0]]
    network = trained(LinearPosterior(SYSTEM, stays), 400, 0.03)
    best = SYSTEM.bound(*SYSTEM.best_filter())
    reached = SYSTEM.bound(*network.posterior.numbers.numpy())
    assert best - 0.01 * abs(best) < reached <= best
    # The filter that optimizes each frame by itself is farther away.
    assert SYSTEM.bound(*GREEDY) < best - 0.02 * abs(best)
    observed = SYSTEM.draw(20_000, seed=3)
    found = measured(network, observed).mean()
    exact = SYSTEM.log_likelihood(observed).mean()
    assert found == pytest.approx(reached, rel=0.01)
    assert found < exact - 0.05 * abs(exact)


@pytest.mark.slow
def test_the_posterior_of_the_model_reaches_the_best_bound():
    keras.utils.set_random_seed(0)
    posterior = FilterPosterior(1, 32)
    posterior.build((None, 1))
    network = trained(posterior, 600, 6e-3)
    observed = SYSTEM.draw(20_000, seed=3)
    found = measured(network, observed)
    best = SYSTEM.bound(*SYSTEM.best_filter())
    error = found.std() / len(found) ** 0.5
    assert error < 0.003 * abs(best)
    assert abs(found.mean() - best) < 0.01 * abs(best)
    assert found.mean() < SYSTEM.log_likelihood(observed).mean()
