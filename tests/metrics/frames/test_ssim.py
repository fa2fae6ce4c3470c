import numpy as np
import pytest
import scipy.ndimage
import tensorflow as tf
from metrics.frame_cases import noisy
from metrics.frame_cases import random_frames

from mipae_tf.metrics.frames.ssim import SSIM_CONVENTIONS
from mipae_tf.metrics.frames.ssim import ssim_float_range2
from mipae_tf.metrics.frames.ssim import ssim_gaussian11
from mipae_tf.metrics.frames.ssim import ssim_uint8_7x7

EVERY = list(SSIM_CONVENTIONS.values())


def small_pair():
    truth = random_frames((1, 3, 9, 12, 3))
    prediction = noisy(truth, 30, seed=1)
    prediction[0, 1] = truth[0, 1] // 2
    prediction[0, 2] = 90
    return prediction, truth


def uniform_ssim(x, y, data_range):
    """One channel by scipy's filter, whose borders are then cropped."""

    def window(image):
        return scipy.ndimage.uniform_filter(image, size=7)

    mean_x, mean_y = window(x), window(y)
    covariance = 49 / 48 * (window(x * y) - mean_x * mean_y)
    variance_x = 49 / 48 * (window(x * x) - mean_x**2)
    variance_y = 49 / 48 * (window(y * y) - mean_y**2)
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    values = (2 * mean_x * mean_y + c1) * (2 * covariance + c2)
    values /= (mean_x**2 + mean_y**2 + c1) * (variance_x + variance_y + c2)
    return values[3:-3, 3:-3].mean()


def by_channel(prediction, truth, data_range):
    return [
        np.mean(
            [
                uniform_ssim(p[..., c], t[..., c], data_range)
                for c in range(p.shape[-1])
            ]
        )
        for p, t in zip(prediction[0], truth[0])
    ]


def test_gaussian11_is_that_of_tensorflow():
    truth = random_frames()
    prediction = noisy(truth, 20)
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


def test_uniform_windows_are_those_of_a_filter_with_cropped_borders():
    prediction, truth = small_pair()
    np.testing.assert_allclose(
        ssim_uint8_7x7(prediction, truth)[0],
        by_channel(prediction.astype(float), truth.astype(float), 255),
        atol=1e-10,
    )
    np.testing.assert_allclose(
        ssim_float_range2(prediction, truth)[0],
        by_channel(prediction / 255, truth / 255, 2),
        atol=1e-10,
    )


@pytest.mark.parametrize(
    "metric, expected",
    [
        (ssim_uint8_7x7, [0.932351796667, 0.639919825262, 0.009124322202]),
        (ssim_float_range2, [0.933408288813, 0.643838400859, 0.035458302398]),
    ],
)
def test_uniform_windows_are_those_of_scikit_image(metric, expected):
    # Values of skimage.metrics.structural_similarity 0.26.0, with channel_axis
    # and a data_range of 255 on bytes, or 2 on the same bytes divided by 255.
    np.testing.assert_allclose(metric(*small_pair())[0], expected, atol=1e-9)


def test_floats_become_bytes_by_truncation():
    prediction, truth = small_pair()
    # Values between two bytes become the lower one.
    between = [(frames + 0.9) / 256 for frames in (prediction, truth)]
    truncated = [(255 * frames).astype(np.uint8) for frames in between]
    np.testing.assert_array_equal(
        ssim_uint8_7x7(*between), ssim_uint8_7x7(*truncated)
    )
    for dtype in (np.float32, np.float64):
        unit = [(f / 255).astype(dtype) for f in (prediction, truth)]
        np.testing.assert_array_equal(
            ssim_uint8_7x7(*unit), ssim_uint8_7x7(prediction, truth)
        )


def test_conventions_differ_on_the_same_frames():
    truth = random_frames((2, 2, 32, 32, 1)) // 4
    prediction = noisy(truth, 10)
    values = {
        name: metric(prediction, truth).mean()
        for name, metric in SSIM_CONVENTIONS.items()
    }
    assert values["ssim_float_range2"] > values["ssim_uint8_7x7"] + 0.005
    assert abs(values["ssim"] - values["ssim_uint8_7x7"]) > 0.001


@pytest.mark.parametrize("metric", EVERY)
def test_identity_is_one_and_the_order_does_not_matter(metric):
    truth = random_frames((1, 2, 16, 20, 3))
    np.testing.assert_allclose(metric(truth, truth), 1, atol=1e-12)
    prediction = noisy(truth, 40)
    found = metric(prediction, truth)
    assert (found < 0.99).all()
    np.testing.assert_allclose(metric(truth, prediction), found)


@pytest.mark.parametrize("metric", EVERY)
def test_invalid_frames_are_refused(metric):
    truth = random_frames()
    with pytest.raises(ValueError, match="both be uint8, or both float"):
        metric(truth, truth / 255)
    with pytest.raises(ValueError, match=r"within \[0, 1\]"):
        metric(truth / 200, truth / 255)
    small = random_frames((1, 1, 6, 30, 1))
    with pytest.raises(ValueError, match="at least (11 x 11|7 x 7)"):
        metric(small, small)
