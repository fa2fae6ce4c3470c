import numpy as np
import pytest
import tensorflow as tf

from mipae_tf.metrics.absent_metric import AbsentMetric
from mipae_tf.metrics.frame_quality import bootstrap_interval
from mipae_tf.metrics.frame_quality import pooled_psnr
from mipae_tf.metrics.frame_quality import squared_errors
from mipae_tf.metrics.frame_quality import ssim_gaussian11


def frames(shape=(3, 4, 16, 20, 3), seed=0):
    return np.random.default_rng(seed).integers(256, size=shape, dtype=np.uint8)


def test_squared_errors_of_a_known_difference():
    truth = np.full((2, 3, 4, 5, 1), 0.5, np.float32)
    prediction = truth.copy()
    prediction[1, 2] += 0.25
    expected = np.zeros((2, 3))
    expected[1, 2] = 0.0625
    np.testing.assert_array_equal(squared_errors(prediction, truth), expected)


def test_bytes_are_divided_by_255():
    black, white = np.zeros((1, 1, 2, 2, 1), np.uint8), frames((1, 1, 2, 2, 1))
    white[:] = 255
    assert squared_errors(black, white) == 1
    np.testing.assert_allclose(
        squared_errors(frames(seed=1), frames(seed=2)),
        squared_errors(frames(seed=1) / 255, frames(seed=2) / 255),
    )


def test_psnr_pools_clips_before_the_logarithm():
    errors = np.array([[0.0, 0.02], [0.02, 0.18]])
    per_step, overall = pooled_psnr(errors)
    np.testing.assert_allclose(per_step, [20, 10])
    assert overall == pytest.approx(15)
    # A clip without any error is like any other, unless it is alone.
    with pytest.raises(AbsentMetric, match="Step 0"):
        pooled_psnr(errors[:1])


def test_ssim_is_that_of_tensorflow():
    truth = frames()
    noise = np.random.default_rng(1).normal(0, 20, truth.shape)
    prediction = np.clip(truth + noise, 0, 255).astype(np.uint8)
    prediction[0, 0] = 0
    truth[1] = 255  # no variance in either
    prediction[1] = 255
    expected = tf.image.ssim(truth / 255, prediction / 255, max_val=1.0)
    found = ssim_gaussian11(prediction, truth)
    assert found.shape == (3, 4)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    np.testing.assert_allclose(
        ssim_gaussian11(prediction / 255, truth / 255), found
    )


@pytest.mark.parametrize("metric", [squared_errors, ssim_gaussian11])
def test_unfit_frames_are_refused(metric):
    truth = frames()
    unit = truth / 255
    for prediction, other, message in (
        (truth, unit, "both be uint8, or both float"),
        (truth.astype(np.int64), truth.astype(np.int64), "both be uint8"),
        (unit * 2, unit, r"within \[0, 1\], got a prediction"),
        (unit, unit - 0.1, r"within \[0, 1\], got a truth"),
        (unit * np.nan, unit, r"within \[0, 1\]"),
        (truth[:1], truth, "got shapes"),
        (truth[0], truth[0], "got shapes"),
        (truth[:0], truth[:0], "empty"),
    ):
        with pytest.raises(ValueError, match=message):
            metric(prediction, other)


def test_ssim_needs_frames_as_large_as_its_window():
    with pytest.raises(ValueError, match="at least 11 x 11"):
        ssim_gaussian11(frames((1, 1, 10, 30, 1)), frames((1, 1, 10, 30, 1)))


def mean(values):
    return values.mean(axis=(-2, -1))


def test_bootstrap_interval_covers_the_mean():
    generator = np.random.default_rng(0)
    covered = 0
    for trial in range(200):
        clips = generator.normal(3, 1, size=(60, 1)) + np.zeros((60, 4))
        low, high = bootstrap_interval(mean, clips, seed=trial, draws=400)
        covered += low <= 3 <= high
    assert 0.89 < covered / 200 < 0.99


def test_bootstrap_interval_of_psnr():
    errors = np.random.default_rng(0).gamma(2, 0.01, size=(100, 10))
    low, high = bootstrap_interval(lambda e: pooled_psnr(e)[1], errors, seed=0)
    value = pooled_psnr(errors)[1]
    assert value - 1 < low < value < high < value + 1
    # Steps of a clip are drawn together: copies of a step add no certainty.
    copies = np.repeat(errors[:, :1], 10, axis=1)
    wide = bootstrap_interval(lambda e: pooled_psnr(e)[1], copies, seed=0)
    assert wide[1] - wide[0] > 2 * (high - low)


def test_bootstrap_interval_depends_on_the_seed_alone(monkeypatch):
    values = np.random.default_rng(0).normal(size=(30, 2))
    expected = bootstrap_interval(mean, values, seed=4)
    assert bootstrap_interval(mean, values, seed=5) != expected
    monkeypatch.setattr("mipae_tf.metrics.frame_quality.RESAMPLED_VALUES", 1000)
    assert bootstrap_interval(mean, values, seed=4) == expected


def test_bootstrap_needs_clips():
    with pytest.raises(AbsentMetric, match="One clip"):
        bootstrap_interval(mean, np.ones((1, 3)), seed=0)
    with pytest.raises(ValueError, match="at least one"):
        bootstrap_interval(mean, np.ones((0, 3)), seed=0)
