import numpy as np
import pytest

from mipae_tf.metrics.disentanglement.scalings import standardisation
from mipae_tf.metrics.disentanglement.scalings import standardised
from mipae_tf.metrics.disentanglement.scalings import whitened
from mipae_tf.metrics.information.ross_mi import ross_mutual_information

NORMAL = np.random.default_rng(0).standard_normal((500, 4))
LEVELS = np.digitize(NORMAL[:, :1], [-1, 1])
MIXED = NORMAL @ np.array(
    [[1, 2, 0, 0], [0, 1e-2, 3, 0], [0, 0, 1e3, 0], [0, 0, 0, 1]]
) + [1e4, 0, -5, 3]


def test_standardised_dimensions_have_unit_variance():
    scaled = standardised(MIXED.astype(np.float32))
    assert scaled.dtype == np.float64
    np.testing.assert_allclose(scaled.mean(axis=0), 0, atol=1e-9)
    np.testing.assert_allclose(scaled.std(axis=0), 1)
    np.testing.assert_allclose(
        np.corrcoef(scaled.T), np.corrcoef(MIXED.T), atol=1e-5
    )


def test_whitened_dimensions_are_uncorrelated():
    mixing = [[1, 2, 0, 0], [0, 1, 0, 5], [1, 0, 1, 0]]
    scaled = whitened(NORMAL[:, :3] @ mixing)
    assert scaled.shape == (500, 4)
    # Three dimensions were mixed into four: one axis stays empty.
    np.testing.assert_allclose(
        scaled.T @ scaled / 500, np.diag([1, 1, 1, 0]), atol=1e-9
    )


def test_whitening_does_not_amplify_small_variances():
    codes = NORMAL * [1, 1, 1, 1e-5]
    deviations = whitened(codes).std(axis=0)
    np.testing.assert_allclose(deviations[:3], 1)
    assert 0 < deviations[3] < 0.02  # 1e-5 over a floor of 1e-3


@pytest.mark.parametrize("scaling", [standardised, whitened])
@pytest.mark.parametrize("size", [1e-100, 1, 1e100])
def test_constant_dimensions_stay_at_zero(scaling, size):
    constant = np.full((500, 1), 0.1) + 1e-12 * NORMAL[:, :1]
    scaled = scaling(size * np.concatenate([NORMAL[:, :2], constant], axis=1))
    deviations = scaled.std(axis=0)
    np.testing.assert_allclose(deviations, [1, 1, 0], atol=1e-12)
    np.testing.assert_array_equal(scaling(np.full((5, 2), size)), 0)


@pytest.mark.parametrize(
    "dtype, kept, lost",
    [(np.float64, 1e8, 1e12), (np.float32, 1e5, 1e9), (np.float16, 10, 3e4)],
)
def test_differences_that_a_dtype_resolves_are_kept(dtype, kept, lost):
    near, far = (
        standardised((NORMAL[:, :1] + offset).astype(dtype))
        for offset in (kept, lost)
    )
    np.testing.assert_allclose(near.std(), 1)
    assert np.corrcoef(near[:, 0], NORMAL[:, 0])[0, 1] > 0.99
    np.testing.assert_array_equal(far, 0)


def test_dimensions_may_have_very_different_scales():
    scales = np.array([1e-170, 1e140, 1.0])
    still = np.full((500, 1), 1e149)
    codes = np.concatenate([NORMAL[:, :3] * scales, still], axis=1)
    expected = standardised(NORMAL[:, :3])
    for scaled in (standardised(codes), standardisation(codes)(codes)):
        np.testing.assert_allclose(scaled[:, :3], expected, atol=1e-9)
        np.testing.assert_array_equal(scaled[:, 3], 0)


def test_other_samples_use_the_moments_of_the_given_ones():
    given, others = MIXED[:300], MIXED[300:]
    standardise = standardisation(given)
    expected = (others - given.mean(axis=0)) / given.std(axis=0)
    np.testing.assert_allclose(standardise(others), expected)
    levels = (LEVELS + 1e7).astype(np.float32)  # float32 has steps of 1 there
    found = standardisation(levels)(levels)
    assert len(np.unique(found)) == 3


def test_the_estimate_from_distances_depends_on_scale():
    labels = np.digitize(NORMAL[:, 0], [-1, 0, 1])
    wide = NORMAL * [1, 30, 30, 30]
    raw, scaled = (
        ross_mutual_information(codes, labels)
        for codes in (wide, standardised(wide))
    )
    assert raw < 0.1 < 0.3 < scaled
    np.testing.assert_allclose(
        standardised(wide), standardised(NORMAL), atol=1e-9
    )


@pytest.mark.parametrize("scaling", [standardised, whitened])
def test_invalid_input_is_refused(scaling):
    with pytest.raises(ValueError, match="codes must be finite"):
        scaling(NORMAL * np.nan)
    with pytest.raises(ValueError, match="at least 4"):
        scaling(NORMAL[:3])
    with pytest.raises(ValueError, match=r"\[samples, dimensions\]"):
        scaling(NORMAL[:, 0])
