"""Exact neighbours of one-dimensional codes, by sorting.

The distances and counts are those of `neighbours`, at a hundredth of the cost:
in one dimension the neighbours of a sample are an interval of the sorted
samples.
"""

from collections.abc import Callable

import numpy as np


def kth_neighbour_distances(
    values: np.ndarray, labels: np.ndarray, neighbours: int
) -> np.ndarray:
    """Distance to the k-th nearest other sample of the same label.

    If a label has fewer than k other samples, the farthest one is used.

    Args:
      values: float64 `[samples]`, finite.
      labels: integers `[samples]`, each occurring at least twice.
      neighbours: k, at least 1.

    Returns:
      Distances `[samples]`, float64.
    """
    order = np.lexsort((values, labels))
    values, labels = values[order], labels[order]
    starts = np.searchsorted(labels, labels, side="left")
    ends = np.searchsorted(labels, labels, side="right")
    ranks = np.minimum(neighbours, ends - starts - 1)
    places = np.arange(len(values))
    sought = np.full(len(values), np.inf)
    # The k + 1 nearest samples, including itself, form a window around it.
    for below in range(neighbours + 1):
        first, last = places - below, places - below + ranks
        inside = (first >= starts) & (last < ends) & (last >= places)
        reach = np.maximum(
            values - values[np.where(inside, first, 0)],
            values[np.where(inside, last, 0)] - values,
        )
        sought = np.where(inside, np.minimum(sought, reach), sought)
    distances = np.empty_like(sought)
    distances[order] = sought
    return distances


def counts_within(values: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """How many other samples lie within a radius of each sample.

    Args:
      values: float64 `[samples]`, finite.
      radii: at least 0, `[samples, sets]`.

    Returns:
      Counts `[samples, sets]`, int64, without the sample itself.
    """
    line = np.sort(values)
    values = values[:, None]
    # Rounding decides about ties, so the differences themselves are compared,
    # not the samples with `values ± radii`.
    after = _first(len(line), radii, lambda i: line[i] - values > radii)
    before = _first(len(line), radii, lambda i: values - line[i] <= radii)
    return after - before - 1


def _first(
    count: int, like: np.ndarray, holds: Callable[[np.ndarray], np.ndarray]
) -> np.ndarray:
    """First index from which `holds` is true, or `count`, by bisection."""
    low = np.zeros(like.shape, np.int64)
    high = np.full(like.shape, count)
    while (low < high).any():
        middle = (low + high) // 2
        found = holds(np.minimum(middle, count - 1)) | (middle >= count)
        high = np.where(found, middle, high)
        low = np.where(found, low, middle + 1)
    return low
