import numpy as np
import pytest
import tensorflow as tf
import tensorflow_probability as tfp

from mipae_tf.objectives.elbo import gaussian_kl
from mipae_tf.objectives.elbo import pixel_log_likelihood
from mipae_tf.objectives.elbo import warm_up

Normal = tfp.distributions.Normal


def gaussians():
    """Mean and log-scale of q and of p, float32 [4, 5, 6]."""
    random = np.random.default_rng(0)
    parts = random.normal(size=(4, 4, 5, 6)).astype("float32")
    return (parts[0], 0.5 * parts[1]), (parts[2], 0.5 * parts[3])


def test_kl_in_closed_form():
    (m, s), (n, r) = posterior, prior = gaussians()
    found = gaussian_kl(posterior, prior)
    assert found.shape == (4, 5)
    by_hand = r - s + (np.exp(2 * s) + (m - n) ** 2) / (2 * np.exp(2 * r)) - 0.5
    np.testing.assert_allclose(found, by_hand.sum(-1), rtol=1e-5)
    per_dim = tfp.distributions.kl_divergence(
        Normal(m, np.exp(s)), Normal(n, np.exp(r))
    )
    np.testing.assert_allclose(found, tf.reduce_sum(per_dim, -1), rtol=1e-5)


def test_kl_is_a_distance_with_a_direction():
    posterior, prior = gaussians()
    there, back = gaussian_kl(posterior, prior), gaussian_kl(prior, posterior)
    assert np.min(there) > 0.0
    assert np.abs(there - back).max() > 0.1
    np.testing.assert_allclose(gaussian_kl(prior, prior), 0.0, atol=1e-5)


def test_kl_by_hand():
    """Unit Gaussians at distance 1: half a nat; σ = e: (e² - 3) / 2 nats."""
    zeros, ones = tf.zeros([1, 1]), tf.ones([1, 1])
    standard = zeros, zeros
    assert float(gaussian_kl((ones, zeros), standard)[0]) == pytest.approx(0.5)
    wide = float(gaussian_kl((zeros, ones), standard)[0])
    assert wide == pytest.approx((np.e**2 - 3.0) / 2.0)


@pytest.mark.parametrize(
    "variance, nats", [(0.25, -2774.5), (0.05, 7113.9), (1.0, -11291.9)]
)
def test_constants_of_the_likelihood(variance, nats):
    frames = tf.fill([2, 3, 64, 64, 3], 0.3)
    found = pixel_log_likelihood(frames, frames, variance)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, nats, atol=0.06)


def test_likelihood_of_a_miss():
    random = np.random.default_rng(0)
    frames, drawn = random.uniform(size=(2, 2, 8, 8, 1)).astype("float32")
    found = pixel_log_likelihood(frames, drawn, 0.1)
    pixels = -((frames - drawn) ** 2) / 0.2 - 0.5 * np.log(2 * np.pi * 0.1)
    np.testing.assert_allclose(found, pixels.sum(axis=(1, 2, 3)), rtol=1e-5)


def test_warm_up():
    weights = [
        float(warm_up(tf.constant(step, tf.int64), 4)) for step in range(6)
    ]
    assert weights == [0.25, 0.5, 0.75, 1.0, 1.0, 1.0]
    assert float(warm_up(tf.constant(0, tf.int64), 0)) == 1.0
