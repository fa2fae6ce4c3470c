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
    """Estimates I(first; second) in nats, also for codes with equal samples.

    Let ρ_i be the joint distance (the larger of the two Euclidean distances)
    from sample i to its k-th nearest neighbour. Then
    I = ψ(n) + <ψ(k_i) - ψ(n_x) - ψ(n_y)>. If ρ_i > 0, k_i = k, and n_x, n_y
    count the samples closer than ρ_i in that variable. If ρ_i = 0, k_i counts
    the samples equal to sample i in both variables, and n_x, n_y those equal
    in one. n_x, n_y, and k_i if ρ_i = 0, include the sample itself.

    The paper uses logarithms and closed balls instead, which is the same in
    the limit. With digammas and open balls, the estimate equals variant 1 of
    Kraskov et al. if no samples coincide, and for discrete samples it is the
    plug-in estimate with a correction like that of Miller and Madow.

    The value is not clipped at 0: for independent codes it scatters around 0.
    As in `ksg_mutual_information`, large information is underestimated and the
    ratio of the two scales matters. Discrete values should be farther apart
    than neighbours in the continuous part, and each should occur more than k
    times. If many values occur less often, as in rounded codes, several
    neighbours are at the same distance and the estimate is far too high: 0.5
    nats for 1000 pairs of independent normals rounded to one decimal. Apply
    `break_ties` to such codes first.

    Args:
      first: `[samples, dimensions]`, used without rescaling.
      second: `[samples, dimensions]`, of any number of dimensions.
      neighbours: k, from 1 to samples - 1.

    Raises:
      ValueError: if codes are not finite, there are fewer than four samples,
        the counts differ, or `neighbours` is out of range.
    """
    codes = checked_pair(first, second, neighbours)
    radii = joint_neighbour_distances(*codes, neighbours).max(axis=1)
    _, ids, copies = identical_rows(np.concatenate(codes, axis=1))
    ranks = np.where(radii == 0, copies[ids], neighbours)
    information = digamma(len(radii)) + digamma(ranks).mean()
    # A radius of 0 stays 0, which counts the exact copies.
    inner = np.nextafter(radii, 0)[:, None]
    for variable in codes:
        others = counts_within(variable, inner)
        information -= digamma(others + 1).mean()
    return float(information)
