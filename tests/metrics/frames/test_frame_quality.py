import numpy as np
import pytest
from metrics.frame_cases import random_frames

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frames.frame_quality import absolute_errors
from mipae_tf.metrics.frames.frame_quality import cross_entropies
from mipae_tf.metrics.frames.frame_quality import pooled_psnr
from mipae_tf.metrics.frames.frame_quality import squared_errors


@pytest.mark.parametrize(
    "metric, expected", [(squared_errors, 0.0625), (absolute_errors, 0.25)]
)
def test_errors_of_a_known_difference(metric, expected):
    truth = np.full((2, 3, 4, 5, 1), 0.5, np.float32)
    for sign in (1, -1):
        prediction = truth.copy()
        prediction[1, 2] += sign * 0.25
        errors = np.zeros((2, 3))
        errors[1, 2] = expected
        np.testing.assert_array_equal(metric(prediction, truth), errors)


def test_an_error_in_one_pixel_is_averaged_over_the_frame():
    truth = np.zeros((1, 1, 4, 5, 2))
    prediction = truth.copy()
    prediction[0, 0, 1, 2, 1] = 0.5
    assert squared_errors(prediction, truth) == pytest.approx(0.25 / 40)
    assert absolute_errors(prediction, truth) == pytest.approx(0.5 / 40)


@pytest.mark.parametrize("metric", [squared_errors, absolute_errors])
def test_bytes_are_divided_by_255(metric):
    black = np.zeros((1, 1, 2, 2, 1), np.uint8)
    assert metric(black, black + 255) == 1
    first, second = random_frames(seed=1), random_frames(seed=2)
    np.testing.assert_allclose(
        metric(first, second), metric(first / 255, second / 255)
    )


def test_cross_entropy_by_hand():
    truth = np.array([1.0, 0.0, 0.5, 1.0]).reshape(1, 1, 2, 2, 1)
    prediction = np.array([0.5, 0.25, 0.1, 0.0]).reshape(1, 1, 2, 2, 1)
    terms = [0.5, 0.75, 0.1**0.5 * 0.9**0.5, 1e-4]
    expected = -np.log(terms).mean()
    assert cross_entropies(prediction, truth) == pytest.approx(expected)
    # Both are clipped: a perfect prediction costs log(1 - 1e-4).
    perfect = cross_entropies(truth[:, :, :1], truth[:, :, :1])
    assert perfect == pytest.approx(-np.log1p(-1e-4))


def test_psnr_pools_clips_before_the_logarithm():
    errors = np.array([[0.0, 0.02], [0.02, 0.18]])
    per_step, overall = pooled_psnr(errors)
    np.testing.assert_allclose(per_step, [20, 10])
    assert overall == pytest.approx(15)
    # A clip without error is allowed, unless it is the only one.
    with pytest.raises(AbsentMetric, match="Step 0"):
        pooled_psnr(errors[:1])


@pytest.mark.parametrize("metric", [squared_errors, absolute_errors])
def test_invalid_frames_are_refused(metric):
    truth = random_frames()
    with pytest.raises(ValueError, match="both be uint8, or both float"):
        metric(truth, truth / 255)
    with pytest.raises(ValueError, match="got shapes"):
        metric(truth[:1], truth)
