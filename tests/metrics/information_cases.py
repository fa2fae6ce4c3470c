"""Correlated Gaussian vectors, whose mutual information is known."""

import numpy as np


def gaussian_pairs(information, dimensions, count, seed=0):
    """Two vectors, correlated component by component; information in nats."""
    square = 1 - np.exp(-2 * information / dimensions)
    generator = np.random.default_rng(seed)
    first, noise = generator.standard_normal((2, count, dimensions))
    return first, np.sqrt(square) * first + np.sqrt(1 - square) * noise
