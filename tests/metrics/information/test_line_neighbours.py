import numpy as np
import pytest
from metrics.neighbour_cases import hard_codes
from metrics.neighbour_cases import labelings

from mipae_tf.metrics.information import line_neighbours
from mipae_tf.metrics.information import neighbours

COUNT = 600
CODES = {
    name: np.ascontiguousarray(codes[:, :1], np.float64)
    for name, codes in hard_codes(COUNT).items()
}
LABELINGS = labelings(COUNT)


@pytest.mark.parametrize("name", CODES)
@pytest.mark.parametrize("k", [1, 3])
def test_same_as_neighbours_in_many_dimensions(name, k):
    for labels in LABELINGS.values():
        labels = np.unique(labels.reshape(COUNT, -1), axis=0, return_inverse=1)
        labels = labels[1].ravel()
        kept = np.bincount(labels)[labels] > 1
        codes, labels = CODES[name][kept], labels[kept]
        found = line_neighbours.kth_neighbour_distances(codes[:, 0], labels, k)
        expected = neighbours.kth_neighbour_distances(codes, labels, k)
        np.testing.assert_array_equal(found, expected)
        radii = np.stack([np.nextafter(found, 0), found, 2 * found], axis=1)
        np.testing.assert_array_equal(
            line_neighbours.counts_within(codes[:, 0], radii),
            neighbours.counts_within(codes, radii),
        )
