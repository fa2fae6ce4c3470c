import numpy as np
import pytest
from metrics.joint_cases import hard_pairs
from metrics.joint_cases import reference_radii

from mipae_tf.metrics.information import joint_neighbours
from mipae_tf.metrics.information.joint_neighbours import (
    joint_neighbour_distances,
)

COUNT = 300
PAIRS = hard_pairs(COUNT)


@pytest.mark.parametrize("name", PAIRS)
@pytest.mark.parametrize("crowd", [0, 32])
def test_distances_are_exact(name, crowd, monkeypatch):
    # With a limit of 0, every query uses float64 products.
    monkeypatch.setattr(joint_neighbours, "MAX_OPEN_PAIRS", crowd)
    monkeypatch.setattr(joint_neighbours, "BLOCK_PRODUCTS", 7000)
    pair = [codes.astype(np.float64) for codes in PAIRS[name]]
    for neighbours in (1, 3):
        np.testing.assert_array_equal(
            joint_neighbour_distances(*pair, neighbours, workers=2),
            reference_radii(*pair, neighbours),
        )


def test_distances_by_hand():
    first = np.array([[0.0], [1.0], [3.0], [3.0]])
    second = np.array([[0.0], [2.0], [0.0], [7.0]])
    np.testing.assert_array_equal(
        joint_neighbour_distances(first, second, 1),
        [[1, 2], [2, 2], [2, 2], [2, 5]],
    )


def test_ties_with_the_last_neighbour_belong_to_it():
    # From the first sample, the second and third are equally far jointly.
    first = np.array([[0.0], [1.0], [-1.0], [9.0]])
    second = np.array([[0.0], [0.5], [0.25], [9.0]])
    for order in ([0, 1, 2, 3], [0, 2, 1, 3]):
        found = joint_neighbour_distances(first[order], second[order], 1)
        np.testing.assert_array_equal(found[0], [1, 0.5])


def test_additional_copies_do_not_change_distances():
    first = np.repeat([[0.0], [1.0]], [300, 2], axis=0)
    second = np.repeat([[0.0], [3.0]], [300, 2], axis=0)
    found = joint_neighbour_distances(first, second, 3)
    np.testing.assert_array_equal(found[:300], 0)
    np.testing.assert_array_equal(found[300:], [[1, 3], [1, 3]])


def test_all_others_as_neighbours():
    generator = np.random.default_rng(0)
    pair = generator.standard_normal((2, 50, 3))
    np.testing.assert_array_equal(
        joint_neighbour_distances(*pair, 49), reference_radii(*pair, 49)
    )
