import numpy as np
import pytest

from mipae_tf.metrics.frames.energy_score import energy_score


def test_of_two_samples_by_hand():
    samples = np.array([[[0.0, 0.0]], [[6.0, 8.0]]])
    # Distances of 5 and 5, and one pair at distance 10.
    np.testing.assert_allclose(energy_score(samples, [[3.0, 4.0]]), 0.0)
    np.testing.assert_allclose(energy_score(samples, [[0.0, 0.0]]), 0.0)
    np.testing.assert_allclose(energy_score(samples, [[6.0, 0.0]]), 2.0)


def test_one_point_scores_its_distance():
    random = np.random.default_rng(0)
    truth, point = random.normal(size=(2, 50, 3))
    score = energy_score(np.tile(point, (4, 1, 1)), truth)
    np.testing.assert_allclose(score, np.linalg.norm(truth - point, axis=1))


def test_the_true_distribution_scores_best():
    random = np.random.default_rng(0)
    truth = random.normal(size=(4_000, 2))
    noise = random.normal(size=(20, 4_000, 2))
    mean = {
        spread: energy_score(spread * noise, truth).mean()
        for spread in (0.0, 0.5, 1.0, 1.5)
    }
    assert min(mean, key=mean.get) == 1.0
    # In closed form E|X - X'| is sqrt(pi), and the score half of it.
    assert mean[1.0] == pytest.approx(np.sqrt(np.pi) / 2, rel=0.02)
    shifted = energy_score(noise + 0.5, truth).mean()
    assert shifted > mean[1.0] + 0.05


def test_the_number_of_samples_does_not_shift_it():
    random = np.random.default_rng(1)
    truth = random.normal(size=(4_000, 2))
    noise = random.normal(size=(40, 4_000, 2))
    few, many = (energy_score(noise[:n], truth).mean() for n in (2, 40))
    assert few == pytest.approx(many, abs=0.03)


@pytest.mark.parametrize(
    "samples, truth, message",
    [
        (np.zeros((1, 4, 2)), np.zeros((4, 2)), "at least 2, got 1"),
        (np.zeros((3, 5, 2)), np.zeros((4, 2)), r"got shape \(3, 5, 2\)"),
        (np.full((3, 4, 2), np.nan), np.zeros((4, 2)), "samples must be fin"),
        (np.zeros((3, 4, 2)), np.full((4, 2), np.inf), "truth must be finite"),
        (np.zeros((3, 4, 2)), np.zeros(4), r"truth .* got shape \(4,\)"),
    ],
)
def test_invalid_input_is_refused(samples, truth, message):
    with pytest.raises(ValueError, match=message):
        energy_score(samples, truth)
