"""Mutual information of two continuous vectors, after Kraskov et al. (2004).

Source: A. Kraskov, H. Stögbauer and P. Grassberger, "Estimating mutual
information", Phys. Rev. E 69, 066138, 2004, algorithms 1 and 2.
"""

import numpy as np
from scipy.special import digamma

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.information.joint_neighbours import checked_pair
from mipae_tf.metrics.information.joint_neighbours import (
    joint_neighbour_distances,
)
from mipae_tf.metrics.information.neighbours import counts_within
from mipae_tf.metrics.information.ties import MAX_TIED_SHARE

VARIANTS = (1, 2)


def ksg_mutual_information(
    first: np.ndarray,
    second: np.ndarray,
    neighbours: int = 3,
    variant: int = 1,
) -> float:
    """Estimates I(first; second) in nats.

    The k nearest neighbours of each sample are those by joint distance, the
    larger of the Euclidean distances in the two variables. With n samples,

      variant 1: I = ψ(k) + ψ(n) - <ψ(n_x + 1) + ψ(n_y + 1)>, where n_x and n_y
        count the other samples that are closer, in that variable, than the
        joint distance of the k-th neighbour;
      variant 2: I = ψ(k) - 1/k + ψ(n) - <ψ(n_x) + ψ(n_y)>, where n_x and n_y
        count the other samples that are, in that variable, at most as far as
        the farthest of the k neighbours. Samples that tie with the k-th
        neighbour are included among the neighbours.

    Radii are moved by one ulp, inward or outward, to allow for rounded roots.

    The value is not clipped at 0: for independent codes it scatters around 0,
    and averages of clipped values would be biased upwards. It cannot exceed
    ψ(n) - ψ(k), and underestimates long before that: for 1000 samples of normal
    codes that share 2 nats it gives 2.0 in one dimension, 1.5 in five and 0.6
    in twenty. A common scale of both variables does not matter, but their
    ratio does: if one variable has a far smaller spread than the other, the
    estimate ignores it.

    Args:
      first: `[samples, dimensions]`, used without rescaling.
      second: `[samples, dimensions]`, of any number of dimensions.
      neighbours: k, from 1 to samples - 1.
      variant: 1 or 2, the algorithm of the paper.

    Raises:
      AbsentMetric: if a sample has k exact copies, in both variables at once
        or, for variant 2, in one of them among its k neighbours; or if more
        than 1 % of the samples have several others at exactly the distance of
        their k-th neighbour. In both cases there is no density. For rounded
        codes, use `break_ties` first; for a few values that each occur often,
        use `mixed_mutual_information`.
      ValueError: if the variant is unknown, codes are not finite, there are
        fewer than four samples, the counts differ, or `neighbours` is out of
        range.
    """
    if variant not in VARIANTS:
        raise ValueError(f"variant must be one of {VARIANTS}, got {variant!r}.")
    codes = checked_pair(first, second, neighbours)
    radii = joint_neighbour_distances(*codes, neighbours)  # [samples, 2]
    if variant == 1:
        radii[:] = radii.max(axis=1, keepdims=True)
    _check_apart(radii, neighbours)
    # Others within the radius, [samples, 2]: excluding and including ties.
    others = [
        counts_within(code, np.nextafter(radius[:, None], [0, np.inf]))
        for code, radius in zip(codes, radii.T, strict=True)
    ]
    _check_no_ties(others)
    information = digamma(neighbours) + digamma(len(radii))
    if variant == 2:
        information -= 1 / neighbours
    for counts in others:
        counts = counts[:, 0] + 1 if variant == 1 else counts[:, 1]
        information -= digamma(counts).mean()
    return float(information)


def _check_no_ties(others: list[np.ndarray]) -> None:
    several = [counts[:, 1] - counts[:, 0] > 1 for counts in others]
    tied = np.any(several, axis=0)
    if tied.mean() > MAX_TIED_SHARE:
        raise AbsentMetric(
            f"{tied.sum()} of {len(tied)} samples have several others at "
            "exactly the distance of their k-th neighbour, because the codes "
            "take few distinct values; use break_ties first."
        )


def _check_apart(radii: np.ndarray, neighbours: int) -> None:
    copied = (radii == 0).any(axis=1).sum()
    if copied:
        raise AbsentMetric(
            f"{copied} of {len(radii)} samples coincide with all their "
            f"{neighbours} nearest neighbours, because the codes are partly "
            "discrete; use mixed_mutual_information."
        )
