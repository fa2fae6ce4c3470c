import itertools

import numpy as np
import pytest
from metrics.frame_cases import random_frames

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.frame_quality import squared_errors
from mipae_tf.metrics.frames.samples import best_mean_worst
from mipae_tf.metrics.frames.samples import sample_diversity

# Two clips of three samples and two steps. Sample 1 has the best step of all in
# clip 0, but sample 2 is better on the whole.
SCORES = np.array(
    [
        [[1.0, 2.0], [5.0, 5.0]],
        [[9.0, 0.0], [3.0, 4.0]],
        [[5.0, 6.0], [1.0, 0.0]],
    ]
)


def test_the_best_sample_is_chosen_by_its_mean_over_time():
    found = best_mean_worst(SCORES, higher_is_better=True)
    np.testing.assert_array_equal(found["best"], [[5, 6], [5, 5]])
    np.testing.assert_array_equal(found["worst"], [[1, 2], [1, 0]])
    np.testing.assert_allclose(found["mean"], [[5, 8 / 3], [3, 3]])


def test_the_lowest_error_is_the_best():
    higher = best_mean_worst(SCORES, higher_is_better=True)
    lower = best_mean_worst(SCORES, higher_is_better=False)
    np.testing.assert_array_equal(lower["best"], higher["worst"])
    np.testing.assert_array_equal(lower["worst"], higher["best"])
    np.testing.assert_array_equal(lower["mean"], higher["mean"])


def test_one_sample_is_best_and_worst():
    found = best_mean_worst(SCORES[:1], higher_is_better=True)
    for values in found.values():
        np.testing.assert_array_equal(values, SCORES[0])


def test_more_samples_raise_the_best_and_not_the_mean():
    scores = np.random.default_rng(0).standard_normal((100, 200, 4))
    few = best_mean_worst(scores[:5], higher_is_better=True)
    many = best_mean_worst(scores, higher_is_better=True)
    assert (many["best"].mean(axis=1) >= few["best"].mean(axis=1)).all()
    assert many["best"].mean() > few["best"].mean() + 0.5
    assert abs(many["mean"].mean() - few["mean"].mean()) < 0.1


def test_diversity_is_the_mean_over_pairs_of_samples():
    samples = random_frames((4, 2, 3, 5, 6, 2))
    pairs = itertools.combinations(samples, 2)
    expected = np.mean([squared_errors(*pair) for pair in pairs], axis=0)
    found = sample_diversity(samples)
    assert found.shape == (2, 3)
    np.testing.assert_allclose(found, expected)
    np.testing.assert_allclose(sample_diversity(samples / 255), expected)


def test_equal_samples_have_diversity_zero():
    same = np.repeat(random_frames((1, 2, 3, 4, 4, 1)), 5, axis=0)
    assert (sample_diversity(same) < 1e-30).all()
    same[0, 1, 2] ^= 255
    found = sample_diversity(same)
    assert found[1, 2] > 0.01
    assert found.sum() == pytest.approx(found[1, 2])


def test_diversity_of_one_sample_is_absent():
    with pytest.raises(AbsentMetric, match="at least 2 samples"):
        sample_diversity(random_frames((1, 2, 3, 4, 4, 1)))


def test_invalid_input_is_refused():
    for scores, message in (
        (SCORES[0], r"\[samples, clips, time\]"),
        (SCORES[:0], "without an empty"),
        (SCORES * np.nan, "finite"),
        (SCORES + np.inf, "finite"),
    ):
        with pytest.raises(ValueError, match=message):
            best_mean_worst(scores, higher_is_better=True)
    with pytest.raises(ValueError, match=r"frames \[samples, clips"):
        sample_diversity(random_frames((2, 3, 4, 4, 1)))
    with pytest.raises(ValueError, match=r"within \[0, 1\]"):
        sample_diversity(np.full((2, 1, 1, 2, 2, 1), 1.5))
