import numpy as np
import pytest

from mipae_tf.metrics.information.entropy import grassberger_entropy
from mipae_tf.metrics.information.entropy import miller_madow_entropy
from mipae_tf.metrics.information.entropy import plugin_entropy

EULER = 0.5772156649015329
ENTROPIES = (plugin_entropy, miller_madow_entropy, grassberger_entropy)


def test_plugin_entropy_of_known_frequencies():
    labels = np.repeat([0, 1, 2], [4, 2, 2])
    assert plugin_entropy(labels) == pytest.approx(1.5 * np.log(2))
    assert plugin_entropy(np.zeros(7, int)) == 0.0


def test_grassberger_entropy_by_hand():
    # G(1) = -γ - ln 2, G(2) = G(3) = G(1) + 2, G(4) = G(1) + 2 + 2/3.
    g1 = -EULER - np.log(2)
    labels = np.repeat([5, 6, 7, 9], [1, 2, 3, 4])
    weighted = 1 * g1 + 2 * (g1 + 2) + 3 * (g1 + 2) + 4 * (g1 + 2 + 2 / 3)
    assert grassberger_entropy(labels) == pytest.approx(
        np.log(10) - weighted / 10, abs=1e-12
    )


def test_grassberger_entropy_corrects_the_bias_of_rare_labels():
    labels = np.random.default_rng(0).integers(1000, size=2000)
    truth = np.log(1000)
    assert abs(grassberger_entropy(labels) - truth) < 0.05
    assert plugin_entropy(labels) < truth - 0.15


def test_miller_madow_entropy_by_hand():
    labels = np.repeat([5, 6, 9], [4, 2, 2])
    assert miller_madow_entropy(labels) == pytest.approx(
        1.5 * np.log(2) + 2 / 16, abs=1e-12
    )
    assert miller_madow_entropy(np.zeros(7, int)) == 0.0


def test_miller_madow_entropy_corrects_the_bias_of_frequent_labels():
    labels = np.random.default_rng(0).integers(100, size=1000)
    truth = np.log(100)
    assert abs(miller_madow_entropy(labels) - truth) < 0.01
    assert plugin_entropy(labels) < truth - 0.03


def test_tuples_count_as_one_label():
    generator = np.random.default_rng(1)
    tuples = generator.integers(-3, 3, size=(500, 3))
    single = tuples @ [100, 10, 1]
    for entropy in ENTROPIES:
        assert entropy(tuples) == pytest.approx(entropy(single))


@pytest.mark.parametrize(
    "labels, message",
    [
        (np.zeros(3, int), "at least 4"),
        (np.zeros((5, 2, 2), int), "shape"),
        (np.zeros((5, 0), int), "shape"),
        (np.array([0.0, np.nan, 1.0, 1.0]), "finite"),
    ],
)
def test_invalid_labels_are_refused(labels, message):
    for entropy in ENTROPIES:
        with pytest.raises(ValueError, match=message):
            entropy(labels)
