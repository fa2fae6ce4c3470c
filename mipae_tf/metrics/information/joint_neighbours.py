"""Exact nearest neighbours of pairs of codes, in the larger of two distances.

Samples i and j are max(|x_i - x_j|, |y_i - y_j|) apart, both Euclidean. As in
`neighbours`, matrix products only sort out the pairs that cannot matter.
"""

import numpy as np

from mipae_tf.metrics.checks import check_same_count
from mipae_tf.metrics.checks import checked_codes
from mipae_tf.metrics.information.distances import ProductDistances
from mipae_tf.metrics.information.distances import identical_rows
from mipae_tf.metrics.information.distances import pair_squared_distances
from mipae_tf.metrics.information.distances import power_of_two_scale
from mipae_tf.metrics.information.distances import squared_limits
from mipae_tf.metrics.information.neighbours import single_blas_threads

# Products per block and variable: 8 MB in float32.
PRODUCTS = 2**21
# Products are in float64 where float32 leaves this many pairs open per
# neighbour.
CROWD = 32
DTYPES = (np.float32, np.float64)
# Columns of which only the smallest value is at first looked at.
CHUNK = 64


def checked_pair(
    first: np.ndarray, second: np.ndarray, neighbours: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns both codes `[samples, dimensions]` as float64.

    Raises:
      ValueError: codes of another rank or not finite, fewer than four samples,
        unequal counts, or not 1 to samples - 1 neighbours.
    """
    first = checked_codes("first", first)
    second = checked_codes("second", second)
    check_same_count(first=first, second=second)
    whole = isinstance(neighbours, (int, np.integer))
    if not whole or not 1 <= neighbours < len(first):
        raise ValueError(
            f"neighbours must be a whole number from 1 to {len(first) - 1}, "
            f"one less than the samples, got {neighbours}."
        )
    return first, second


def joint_neighbour_distances(
    first: np.ndarray,
    second: np.ndarray,
    neighbours: int,
    workers: int | None = None,
) -> np.ndarray:
    """How far the k nearest others of each sample go, in either variable.

    The nearest are those of the joint distance, the larger of the two. Samples
    that tie with the k-th belong to them, so that the order of the samples
    does not matter. The larger of the two results is the joint distance to the
    k-th.

    Args:
      first: float64 `[samples, dimensions]`, finite.
      second: float64 `[samples, dimensions]`, finite.
      neighbours: the k, from 1 to samples - 1.
      workers: threads; all cores where not given.

    Returns:
      Distances in `first` and in `second`, `[samples, 2]`, float64.
    """
    rows = np.ascontiguousarray(np.concatenate([first, second], axis=1))
    representatives, ids, copies = identical_rows(rows)
    order = np.argsort(ids, kind="stable")
    starts = np.cumsum(copies) - copies
    place = np.arange(len(order)) - np.repeat(starts, copies)
    # Copies beyond k + 1 change no distance, and would make many exact ties.
    kept = order[place <= neighbours]
    search = _JointSearch(first[kept], second[kept], neighbours)
    step = max(1, PRODUCTS // len(kept))
    blocks = [
        np.arange(start, min(start + step, len(kept)))
        for start in range(0, len(kept), step)
    ]
    distances = np.empty((len(first), 2))
    with single_blas_threads(workers) as pool:
        found = pool.map(search.distances, blocks)
        for block, result in zip(blocks, found, strict=True):
            distances[kept[block]] = result
    return distances[representatives[ids]]


class _Variable:
    """One of the two codes, scaled, with its products."""

    def __init__(self, codes: np.ndarray):
        self.scale = power_of_two_scale(codes)
        self._codes = np.ascontiguousarray(codes * self.scale)
        self._products = {
            dtype: ProductDistances(self._codes, dtype) for dtype in DTYPES
        }

    def products(self, queries: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Halves of the scaled squared distances `[queries, samples]`."""
        products = self._products[dtype]
        return products.left[queries] @ products.right.T

    def most(
        self, queries: np.ndarray, radii: np.ndarray, dtype: np.dtype
    ) -> np.ndarray:
        """Products `[queries]` above which a pair is surely beyond radii."""
        # Outward, as the root that gave a radius may have been rounded down.
        radii = np.nextafter(radii, np.inf)
        limits = squared_limits(radii, self.scale, self._codes.shape[1])
        return self._products[dtype].bounds(slice(None), queries, limits)[1]

    def distances(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Distances `[pairs]`, by definition, in the unit of the codes."""
        squares = pair_squared_distances(self._codes, rows, columns)
        return np.sqrt(squares) / self.scale


class _JointSearch:
    """The samples of both variables, as queries and as neighbours."""

    def __init__(self, first: np.ndarray, second: np.ndarray, neighbours: int):
        self._variables = [_Variable(first), _Variable(second)]
        self._neighbours = neighbours

    def distances(self, queries: np.ndarray) -> np.ndarray:
        """Distances `[queries, 2]` as `joint_neighbour_distances` has them."""
        near = self._near(queries, np.float32)
        crowded = near.sum(axis=1) > CROWD * (self._neighbours + 1)
        if crowded.any():
            near[crowded] = self._near(queries[crowded], np.float64)
        rows, columns = np.divmod(np.flatnonzero(near), near.shape[1])
        pairs = [v.distances(queries[rows], columns) for v in self._variables]
        joint = np.maximum(*pairs)
        starts = np.searchsorted(rows, np.arange(len(queries)))
        order = np.lexsort((joint, rows))
        # The sample itself comes first, so the rank counts from zero.
        radii = joint[order][starts + self._neighbours]
        within = joint <= radii[rows]
        farthest = [
            np.maximum.reduceat(np.where(within, pair, 0), starts)
            for pair in pairs
        ]
        return np.stack(farthest, axis=1)  # [queries, 2]

    def _near(self, queries: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Pairs `[queries, samples]` that may be among the nearest."""
        first, second = self._variables
        products = [v.products(queries, dtype) for v in self._variables]
        # In the unit of the variable that spreads more, lest any overflow.
        ratio = dtype(min(1, second.scale / first.scale) ** 2)
        joint = products[0] * ratio  # [queries, samples]
        ratio = dtype(min(1, first.scale / second.scale) ** 2)
        np.maximum(joint, products[1] * ratio, out=joint)
        some = _some_least(joint, self._neighbours + 1)
        rows = np.repeat(queries, some.shape[1])
        # The true distances of any k + 1 samples limit those of the nearest.
        radii = np.maximum(
            *(v.distances(rows, some.ravel()) for v in self._variables)
        )
        radii = radii.reshape(some.shape).max(axis=1)  # [queries]
        near = np.ones(joint.shape, bool)
        for variable, product in zip(self._variables, products, strict=True):
            near &= product <= variable.most(queries, radii, dtype)[:, None]
        return near


def _some_least(values: np.ndarray, count: int) -> np.ndarray:
    """Columns `[rows, count]` of about the smallest values in each row.

    They are the smallest of as many chunks of columns, which is much faster to
    find than the smallest of all.
    """
    width = max(1, min(CHUNK, values.shape[1] // (8 * count)))
    chunks = values.shape[1] // width
    parts = values[:, : chunks * width].reshape(-1, width, chunks)
    least = parts.min(axis=1)  # [rows, chunks]
    chosen = np.argpartition(least, count - 1, axis=1)[:, :count]
    # [rows, width, count]
    members = np.take_along_axis(parts, chosen[:, None], axis=2)
    return members.argmin(axis=1) * chunks + chosen
