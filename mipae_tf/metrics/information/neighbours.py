"""Exact neighbours: distances within a label, and counts within a radius."""

from collections.abc import Callable
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import joblib
import numpy as np
import threadpoolctl

from mipae_tf.metrics.information.distances import BLOCK_PAIRS
from mipae_tf.metrics.information.distances import ProductDistances
from mipae_tf.metrics.information.distances import identical_rows
from mipae_tf.metrics.information.distances import pair_squared_distances
from mipae_tf.metrics.information.distances import power_of_two_scale
from mipae_tf.metrics.information.distances import squared_distances
from mipae_tf.metrics.information.distances import squared_limits

# References per block: a uint8 must be able to count them.
BLOCK_REFERENCES = 240
# Queries per block: its float32 products take 2 MB of cache.
BLOCK_QUERIES = 2048
# Groups up to this size use direct differences instead of products.
SMALL_GROUP = 48
# Products per block of a large group.
BLOCK_PRODUCTS = 2**20


def kth_neighbour_distances(
    codes: np.ndarray,
    labels: np.ndarray,
    neighbours: int,
    workers: int | None = None,
) -> np.ndarray:
    """Distance to the k-th nearest other sample of the same label.

    If a label has fewer than k other samples, the farthest one is used.

    Args:
      codes: float64 `[samples, dimensions]`, finite.
      labels: integers `[samples]`, each occurring at least twice.
      neighbours: k, at least 1.
      workers: number of threads; all cores if None.

    Returns:
      Distances `[samples]`, float64.
    """
    scale = power_of_two_scale(codes)
    codes = np.ascontiguousarray(codes * scale)
    ids = identical_rows(codes)[1]
    order = np.lexsort((ids, labels))
    starts = _run_starts(labels[order], ids[order])  # of equal label and code
    runs = np.repeat(np.arange(len(starts)), np.diff(starts, append=len(order)))
    # More than k + 1 copies change no distance but cause many exact ties.
    kept = order[np.arange(len(order)) - starts[runs] <= neighbours]
    distances = np.empty(len(codes))
    tasks = list(_group_tasks(codes, labels, kept, neighbours))
    with single_blas_threads(workers) as pool:
        done = pool.map(lambda task: task[0](*task[1:]), tasks)
        for samples, squares in done:
            distances[samples] = np.sqrt(squares)
    distances[order] = distances[order[starts]][runs]
    return distances / scale


def counts_within(
    codes: np.ndarray,
    radii: np.ndarray,
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> np.ndarray:
    """How many other samples lie within a radius of each sample.

    A sample is within r if its squared distance is at most r². Several sets of
    radii share one pass over the distances, which takes most of the time in
    many dimensions.

    Args:
      codes: float64 `[samples, dimensions]`, finite.
      radii: at least 0, `[samples, sets]`.
      workers: number of threads; all cores if None.
      progress: called after each block with the number of samples done and the
        total.

    Returns:
      Counts `[samples, sets]`, int64, without the sample itself.
    """
    search = _RadiusSearch(codes, radii)
    counts = np.empty(radii.shape, np.int64)
    blocks = list(_parts(np.arange(len(codes)), BLOCK_QUERIES))
    with single_blas_threads(workers) as pool:
        for block, found in zip(
            blocks, pool.map(search.count, blocks), strict=True
        ):
            counts[block] = found.T - 1  # every sample finds itself
            if progress:
                progress(int(block[-1]) + 1, len(codes))
    return counts


class _RadiusSearch:
    """The samples as references (distinct codes) and as queries."""

    def __init__(self, codes: np.ndarray, radii: np.ndarray):
        scale = power_of_two_scale(codes)
        self._codes = np.ascontiguousarray(codes * scale)
        # [sets, samples]
        self._limits = squared_limits(radii.T, scale, codes.shape[1])
        self._products = ProductDistances(self._codes, np.float32)
        self._fine_products = ProductDistances(self._codes, np.float64)
        first, _, copies = identical_rows(self._codes)
        order = np.argsort(copies, kind="stable")
        self._blocks = [
            (references, copies[run[0]])
            for run in np.split(order, _run_starts(copies[order])[1:])
            for references in _parts(first[run], BLOCK_REFERENCES)
        ]  # references with the same number of copies, and that number

    def count(self, queries: np.ndarray) -> np.ndarray:
        """Counts `[sets, queries]`, including the queries themselves."""
        limits = self._limits[:, queries]
        right = self._products.right[queries].T
        products = np.empty((BLOCK_REFERENCES, len(queries)), np.float32)
        below = np.empty(products.shape, bool)
        counts = np.zeros(limits.shape, np.int64)
        for references, copies in self._blocks:
            block = np.matmul(
                self._products.left[references],
                right,
                out=products[: len(references)],
            )  # [references, queries]
            surely, maybe = self._products.bounds(references, queries, limits)
            for row, limit in enumerate(limits):
                sure = _count_below(block, surely[row], below)
                unsure = np.flatnonzero(
                    sure != _count_below(block, maybe[row], below)
                )
                counts[row] += copies * sure
                if unsure.size:
                    near = block[:, unsure]
                    near = (near > surely[row, unsure]) & (
                        near <= maybe[row, unsure]
                    )
                    counts[row, unsure] += copies * self._recount(
                        references, queries[unsure], limit[unsure], near
                    )
        return counts

    def _recount(
        self,
        references: np.ndarray,
        queries: np.ndarray,
        limits: np.ndarray,
        near: np.ndarray,
    ) -> np.ndarray:
        """How many of the `near` pairs are within the limits, `[queries]`."""
        counts = np.zeros(len(queries), np.int64)
        if near.sum() > near.size // 64:  # many: a finer product first
            fine = self._fine_products
            block = fine.left[references] @ fine.right[queries].T
            surely, maybe = fine.bounds(references, queries, limits)
            counts += (near & (block <= surely)).sum(axis=0)
            near &= (block > surely) & (block <= maybe)
        rows, columns = np.nonzero(near)
        squares = pair_squared_distances(
            self._codes, references[rows], queries[columns]
        )
        within = columns[squares <= limits[columns]]
        return counts + np.bincount(within, minlength=len(queries))


def _count_below(
    block: np.ndarray, bounds: np.ndarray, below: np.ndarray
) -> np.ndarray:
    """Per column, how many of up to 255 values are at most the bound."""
    below = np.less_equal(block, bounds, out=below[: len(block)])
    return np.add.reduce(below.view(np.uint8), axis=0, dtype=np.uint8)


def _group_tasks(
    codes: np.ndarray, labels: np.ndarray, kept: np.ndarray, neighbours: int
) -> Iterator[tuple]:
    """Splits the samples, sorted by label, into tasks of about equal work."""
    by_size = {}
    for group in np.split(kept, _run_starts(labels[kept])[1:]):
        by_size.setdefault(len(group), []).append(group)
    for size, groups in by_size.items():
        rank = min(neighbours, size - 1)
        if size <= SMALL_GROUP:
            for part in _parts(np.stack(groups), max(1, BLOCK_PAIRS // size)):
                yield _small_group_squares, codes, part, rank
            continue
        for group in groups:
            members = codes[group]
            products = ProductDistances(members, np.float64)
            for part in _parts(np.arange(size), max(1, BLOCK_PRODUCTS // size)):
                yield _large_group_squares, group, members, products, part, rank


def _small_group_squares(
    codes: np.ndarray, groups: np.ndarray, rank: int
) -> tuple[np.ndarray, np.ndarray]:
    """The groups `[groups, size]` and their rank-th squared distances."""
    members = codes[groups]  # [groups, size, dimensions]
    squares = [
        squared_distances(members, np.roll(members, shift, axis=1))
        for shift in range(1, groups.shape[1])
    ]
    # [size - 1, groups, size]
    return groups, np.partition(np.stack(squares), rank - 1, axis=0)[rank - 1]


def _large_group_squares(
    group: np.ndarray,
    members: np.ndarray,
    products: ProductDistances,
    part: np.ndarray,
    rank: int,
) -> tuple[np.ndarray, np.ndarray]:
    """Part of a group and its rank-th smallest squared distances."""
    block = products.left[part] @ products.right.T  # [part, size]
    # The nearest is the sample itself, so the rank is counted from 0. The
    # result is at most the upper bound of the rank-th product's distance.
    limits = 2 * np.abs(np.partition(block, rank, axis=1)[:, rank])
    for _ in range(2):
        limits = 2 * products.bounds(slice(None), part, limits)[1]
    rows, columns = np.nonzero(block <= limits[:, None] / 2)
    squares = pair_squared_distances(members, part[rows], columns)
    order = np.lexsort((squares, rows))
    starts = np.searchsorted(rows, np.arange(len(part)))
    return group[part], squares[order][starts + rank]


def _run_starts(*columns: np.ndarray) -> np.ndarray:
    """Indices where sorted columns change value, including the first row."""
    change = np.any([c[1:] != c[:-1] for c in columns], axis=0)
    return np.concatenate([[0], np.flatnonzero(change) + 1])


def _parts(array: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (array[i : i + size] for i in range(0, len(array), size))


@contextmanager
def single_blas_threads(workers: int | None) -> Iterator[ThreadPoolExecutor]:
    """A thread pool in which BLAS uses a single thread per worker."""
    with (
        threadpoolctl.threadpool_limits(1, user_api="blas"),
        ThreadPoolExecutor(workers or joblib.cpu_count()) as pool,
    ):
        yield pool
