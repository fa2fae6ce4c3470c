import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from mipae_tf.metrics.objects.adjusted_rand import adjusted_rand_index
from mipae_tf.metrics.objects.adjusted_rand import foreground_ari

random = np.random.default_rng(0)


@pytest.mark.parametrize("parts", [1, 2, 5, 30])
def test_equals_scikit_learn(parts):
    for _ in range(5):
        true, found = random.integers(0, parts, (2, 30))
        found = np.where(random.random(30) < 0.5, true, found)
        expected = adjusted_rand_score(true, found)
        assert adjusted_rand_index(true, found) == pytest.approx(expected)


def test_by_hand():
    """4 of 6 pairs agree on nothing but chance: (1 - 4/6) / (2 - 4/6)."""
    found = adjusted_rand_index(np.array([0, 0, 1, 1]), np.array([0, 0, 1, 2]))
    assert found == pytest.approx((1 - 2 / 6) / (1.5 - 2 / 6))
    assert adjusted_rand_index(np.zeros(4), np.ones(4)) == 1.0
    assert adjusted_rand_index(np.zeros(4), np.arange(4)) == 0.0


def test_only_pixels_of_one_object_count():
    true = np.zeros((1, 3, 2, 4, 2), np.uint8)
    true[0, :2, 0, :3, 0] = 1
    true[0, :2, 0, 2, 1] = true[0, :2, 1, :, 1] = 1
    true[0, 2, 0, :, 0] = 1
    found = np.full((1, 3, 2, 4), -1)
    found[0, 0, 0], found[0, 0, 1] = 4, 7
    found[0, 0, 0, 2] = 9  # in both true masks
    found[0, 0, 0, 3] = 9  # background
    scores = foreground_ari(true, found)
    assert scores[0, 0] == 1.0
    assert scores[0, 1] == 0.0, "all background: one part"
    assert np.isnan(scores[0, 2]), "a single object"
