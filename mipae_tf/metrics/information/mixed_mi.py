"""Mutual information of vectors that are discrete, continuous, or mixed.

Source: W. Gao, S. Kannan, S. Oh and P. Viswanath, "Estimating mutual
information for discrete-continuous mixtures", NeurIPS 2017, algorithm 1.
"""

import numpy as np
from scipy.special import digamma

from mipae_tf.metrics.information.distances import identical_rows
from mipae_tf.metrics.information.joint_neighbours import checked_pair
from mipae_tf.metrics.information.joint_neighbours import (
    joint_neighbour_distances,
)
from mipae_tf.metrics.information.neighbours import counts_within


def mixed_mutual_information(
    first: np.ndarray, second: np.ndarray, neighbours: int = 3
) -> float:
    """Estimates I(first; second) in nats, whatever coincides.

    With ρ_i the joint distance (the larger of the two Euclidean ones) from
    sample i to its k-th nearest other, I = ψ(n) + <ψ(k_i) - ψ(n_x) - ψ(n_y)>.
    Where ρ_i > 0, k_i = k, and n_x, n_y count the samples nearer than ρ_i in
    the variable; where ρ_i = 0, k_i, n_x and n_y count the samples that equal
    sample i, in both and in each. All n_x, n_y and a k_i at ρ_i = 0 count the
    sample itself.

    The paper takes logarithms and closed balls instead, which is the same in
    the limit. With digammas and open balls the estimate is that of Kraskov et
    al., variant 1, where nothing coincides, and in discrete samples the plug-in
    estimate with a correction like Miller's and Madow's.

    The value is not floored: around independence it scatters about 0. As for
    `ksg_mutual_information`, large information is underestimated and the ratio
    of the two scales matters. Discrete values should lie farther apart than
    neighbours of the continuous part do, and each should occur more than k
    times. Where many occur less often, as in rounded codes, the neighbours are
    other values, several at one distance, and the estimate is far too high: 0.5
    nats of 1000 pairs of independent normals rounded to one decimal. Break the
    ties of such codes with `separated`.

    Args:
      first: `[samples, dimensions]`, used as they are.
      second: `[samples, dimensions]`, of any number of dimensions.
      neighbours: the k of the nearest neighbours, from 1 to samples - 1.

    Raises:
      ValueError: codes that are not finite, fewer than four samples, unequal
        counts, or neighbours out of range.
    """
    codes = checked_pair(first, second, neighbours)
    radii = joint_neighbour_distances(*codes, neighbours).max(axis=1)
    _, ids, copies = identical_rows(np.concatenate(codes, axis=1))
    ranks = np.where(radii == 0, copies[ids], neighbours)
    information = digamma(len(radii)) + digamma(ranks).mean()
    # Of radius 0 this leaves 0, within which the copies are counted.
    inner = np.nextafter(radii, 0)[:, None]
    for variable in codes:
        others = counts_within(variable, inner)
        information -= digamma(others + 1).mean()
    return float(information)
