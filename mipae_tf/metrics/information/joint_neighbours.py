"""Exact nearest neighbours in the joint space of two codes.

The joint distance of samples i and j is max(|x_i - x_j|, |y_i - y_j|), with
Euclidean norms. As in `neighbours`, matrix products only serve to exclude
pairs.
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
BLOCK_PRODUCTS = 2**21
# If float32 products leave more than this many undecided pairs per neighbour,
# float64 products are used.
MAX_OPEN_PAIRS = 32
DTYPES = (np.float32, np.float64)
# Columns per chunk; the search starts with the smallest value of each chunk.
CHUNK_COLUMNS = 64


def checked_pair(
    first: np.ndarray, second: np.ndarray, neighbours: int
) -> tuple[np.ndarray, np.ndarray]:
    """Returns both codes `[samples, dimensions]` as float64.

    Raises:
      ValueError: if codes have the wrong rank or are not finite, there are
        fewer than four samples, the counts differ, or `neighbours` is not from
        1 to samples - 1.
    """
    first = checked_codes("first", first)
    second = checked_codes("second", second)
    check_same_count(first=first, second=second)
    whole = isinstance(neighbours, (int, np.integer))
    if not whole or not 1 <= neighbours < len(first):
        raise ValueError(
            f"neighbours must be an integer from 1 to {len(first) - 1}, one "
            f"less than the samples, got {neighbours}."
        )
    return first, second


def joint_neighbour_distances(
    first: np.ndarray,
    second: np.ndarray,
    neighbours: int,
    workers: int | None = None,
) -> np.ndarray:
    """Distance to the farthest of the k nearest neighbours, in each variable.

    The nearest neighbours are those by joint distance. Samples that tie with
    the k-th are included, so that the order of the samples does not matter.
    The larger of the two results is the joint distance to the k-th neighbour.

    Args:
      first: float64 `[samples, dimensions]`, finite.
      second: float64 `[samples, dimensions]`, finite.
      neighbours: k, from 1 to samples - 1.
      workers: number of threads; all cores if None.

    Returns:
      Distances in `first` and in `second`, `[samples, 2]`, float64.
    """
    rows = np.ascontiguousarray(np.concatenate([first, second], axis=1))
    representatives, ids, copies = identical_rows(rows)
    order = np.argsort(ids, kind="stable")
    starts = np.cumsum(copies) - copies
    place = np.arange(len(order)) - np.repeat(starts, copies)
    # More than k + 1 copies change no distance but cause many exact ties.
    kept = order[place <= neighbours]
    search = _JointSearch(first[kept], second[kept], neighbours)
    step = max(1, BLOCK_PRODUCTS // len(kept))
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
    """One of the two codes, scaled, with its `ProductDistances`."""

    def __init__(self, codes: np.ndarray):
        self.scale = power_of_two_scale(codes)
        self._codes = np.ascontiguousarray(codes * self.scale)
        self._products = {
            dtype: ProductDistances(self._codes, dtype) for dtype in DTYPES
        }

    def products(self, queries: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Half the scaled squared distances, `[queries, samples]`."""
        products = self._products[dtype]
        return products.left[queries] @ products.right.T

    def most(
        self, queries: np.ndarray, radii: np.ndarray, dtype: np.dtype
    ) -> np.ndarray:
        """Products `[queries]` above which a pair is certainly too far."""
        # Rounded up: the square root that gave a radius may be too small.
        radii = np.nextafter(radii, np.inf)
        limits = squared_limits(radii, self.scale, self._codes.shape[1])
        return self._products[dtype].bounds(slice(None), queries, limits)[1]

    def distances(self, rows: np.ndarray, columns: np.ndarray) -> np.ndarray:
        """Exact distances `[pairs]` in the unit of the codes."""
        squares = pair_squared_distances(self._codes, rows, columns)
        return np.sqrt(squares) / self.scale


class _JointSearch:
    """Searches the joint neighbours among the samples of both variables."""

    def __init__(self, first: np.ndarray, second: np.ndarray, neighbours: int):
        self._variables = [_Variable(first), _Variable(second)]
        self._neighbours = neighbours

    def distances(self, queries: np.ndarray) -> np.ndarray:
        """The `joint_neighbour_distances` `[queries, 2]` of some samples."""
        near = self._near(queries, np.float32)
        crowded = near.sum(axis=1) > MAX_OPEN_PAIRS * (self._neighbours + 1)
        if crowded.any():
            near[crowded] = self._near(queries[crowded], np.float64)
        rows, columns = np.divmod(np.flatnonzero(near), near.shape[1])
        pairs = [v.distances(queries[rows], columns) for v in self._variables]
        joint = np.maximum(*pairs)
        starts = np.searchsorted(rows, np.arange(len(queries)))
        order = np.lexsort((joint, rows))
        # The sample itself comes first, so the rank is counted from 0.
        radii = joint[order][starts + self._neighbours]
        within = joint <= radii[rows]
        farthest = [
            np.maximum.reduceat(np.where(within, pair, 0), starts)
            for pair in pairs
        ]
        return np.stack(farthest, axis=1)  # [queries, 2]

    def _near(self, queries: np.ndarray, dtype: np.dtype) -> np.ndarray:
        """Mask `[queries, samples]` of pairs that may be among the nearest."""
        first, second = self._variables
        products = [v.products(queries, dtype) for v in self._variables]
        # In the unit of the variable with the larger spread, against overflow.
        ratio = dtype(min(1, second.scale / first.scale) ** 2)
        joint = products[0] * ratio  # [queries, samples]
        ratio = dtype(min(1, first.scale / second.scale) ** 2)
        np.maximum(joint, products[1] * ratio, out=joint)
        some = _some_least(joint, self._neighbours + 1)
        rows = np.repeat(queries, some.shape[1])
        # The distances of any k + 1 samples bound those of the nearest.
        radii = np.maximum(
            *(v.distances(rows, some.ravel()) for v in self._variables)
        )
        radii = radii.reshape(some.shape).max(axis=1)  # [queries]
        near = np.ones(joint.shape, bool)
        for variable, product in zip(self._variables, products, strict=True):
            near &= product <= variable.most(queries, radii, dtype)[:, None]
        return near


def _some_least(values: np.ndarray, count: int) -> np.ndarray:
    """Columns `[rows, count]` with nearly the smallest values of each row.

    They are the minima of `count` chunks of columns, which is much faster than
    finding the smallest values of the whole row.
    """
    width = max(1, min(CHUNK_COLUMNS, values.shape[1] // (8 * count)))
    chunks = values.shape[1] // width
    parts = values[:, : chunks * width].reshape(-1, width, chunks)
    least = parts.min(axis=1)  # [rows, chunks]
    chosen = np.argpartition(least, count - 1, axis=1)[:, :count]
    # [rows, width, count]
    members = np.take_along_axis(parts, chosen[:, None], axis=2)
    return members.argmin(axis=1) * chunks + chosen
