import numpy as np
import pytest
from metrics.neighbour_cases import hard_codes

from mipae_tf.metrics.information import neighbours
from mipae_tf.metrics.information.distances import identical_rows
from mipae_tf.metrics.information.neighbours import counts_within
from mipae_tf.metrics.information.neighbours import kth_neighbour_distances

COUNT = 700
CODES = hard_codes(COUNT)


def all_squares(codes: np.ndarray) -> np.ndarray:
    """Squared distances of all pairs, by differences in float64."""
    codes = np.asarray(codes, np.float64)
    differences = codes[:, None] - codes[None]
    return np.einsum("ijd,ijd->ij", differences, differences)


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("sizes", ["small", "large"])
def test_kth_neighbour_distances_are_exact(name, sizes, monkeypatch):
    if sizes == "large":  # every group by products, in blocks of few rows
        monkeypatch.setattr(neighbours, "SMALL_GROUP", 1)
        monkeypatch.setattr(neighbours, "BLOCK_PRODUCTS", 1000)
    codes = CODES[name].astype(np.float64)
    squares = all_squares(codes)
    np.fill_diagonal(squares, np.inf)
    for labels in (np.arange(COUNT) % 2, np.arange(COUNT) // 2 % 40):
        same = np.where(labels[:, None] == labels, squares, np.inf)
        expected = np.sqrt(np.sort(same, axis=1)[:, 2])
        found = kth_neighbour_distances(codes, labels, 3, workers=1)
        np.testing.assert_array_equal(found, expected)


def test_labels_with_few_samples_take_the_farthest():
    codes = np.array([[0.0], [1.0], [3.0], [10.0], [10.5]])
    labels = np.array([0, 0, 0, 1, 1])
    np.testing.assert_array_equal(
        kth_neighbour_distances(codes, labels, 3), [3, 2, 3, 0.5, 0.5]
    )


@pytest.mark.parametrize("name", CODES)
def test_counts_within_are_exact(name):
    codes = CODES[name].astype(np.float64)
    squares = all_squares(codes)
    order = np.sort(squares, axis=1)
    # Radii that end at a neighbour, just before it, at nothing, at everything.
    ends = np.sqrt(order[:, 5])
    radii = np.stack(
        [ends, np.nextafter(ends, 0), 0 * ends, np.sqrt(order[:, -1])], axis=1
    )
    expected = (squares[..., None] <= radii[:, None] ** 2).sum(axis=1) - 1
    np.testing.assert_array_equal(
        counts_within(codes, radii, workers=1), expected
    )


def test_results_do_not_depend_on_blocks_and_threads(monkeypatch):
    codes = CODES["clusters"]
    radii = np.abs(np.random.default_rng(2).normal(1, 1, (COUNT, 2)))
    expected = counts_within(codes, radii, workers=1)
    monkeypatch.setattr(neighbours, "BLOCK_QUERIES", 97)
    monkeypatch.setattr(neighbours, "BLOCK_REFERENCES", 31)
    done = []
    found = counts_within(
        codes, radii, workers=2, progress=lambda *state: done.append(state)
    )
    np.testing.assert_array_equal(found, expected)
    assert done[0] == (97, COUNT) and done[-1] == (COUNT, COUNT)


def test_neighbours_of_many_copies():
    # More copies than a byte counts, in both roles of a pair.
    codes = np.repeat([[0.0, 0.0], [1.0, 0.0], [0.0, 3.0]], [600, 300, 1], 0)
    radii = np.tile([[0.0, 1.0, 2.0, 9.0]], (901, 1))
    found = counts_within(codes, radii)
    np.testing.assert_array_equal(found[0], [599, 899, 899, 900])
    np.testing.assert_array_equal(found[600], [299, 899, 899, 900])
    np.testing.assert_array_equal(found[900], [0, 0, 0, 900])


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e100])
def test_very_large_radii_count_all_samples(scale):
    codes = scale * CODES["plain"]
    radii = np.tile([[1e10 * scale, 1e160, np.inf]], (COUNT, 1))
    np.testing.assert_array_equal(counts_within(codes, radii), COUNT - 1)


def test_identical_rows_survive_a_collision_of_hashes(monkeypatch):
    class Zeros:
        def integers(self, high, size, dtype):
            return np.zeros(size, dtype)

    rows = np.array([[0.0, 1.0], [1.0, 0.0], [-0.0, 1.0], [1.0, 0.0]])
    for _ in range(2):
        first, ids, copies = identical_rows(rows)
        np.testing.assert_array_equal(rows[first[ids]], rows)
        assert sorted(copies) == [2, 2]
        # All multipliers equal: rows that are permutations collide.
        monkeypatch.setattr(np.random, "default_rng", lambda seed: Zeros())


def test_identical_rows_in_any_order_of_memory():
    rows = np.array([[1.0, 2.0], [3.0, 4.0], [1.0, 2.0]])
    for one, two in zip(
        identical_rows(rows), identical_rows(np.asfortranarray(rows))
    ):
        np.testing.assert_array_equal(one, two)
